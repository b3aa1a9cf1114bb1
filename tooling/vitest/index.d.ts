import type { TestProjectInlineConfiguration } from 'vitest/config';

export const sourceAliases: { find: RegExp; replacement: string }[];
export function project(name: string, folder: string, extra?: object): TestProjectInlineConfiguration;
