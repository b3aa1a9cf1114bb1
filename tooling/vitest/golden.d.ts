export function goldenAbsent(name: string): boolean;
export function goldenRows<Row>(name: string, suiteUrl: string): Row[];
export function goldenCsv(name: string, suiteUrl: string): Record<string, string>[];
export function reportGolden(name: string, counts: Record<string, number>): void;
