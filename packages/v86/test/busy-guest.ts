import { protectedMode } from './access-program.js';
import { little, romImage } from './rom-image.js';

const BUFFER = 0x10_0000;
const WORDS = 0x4_0000;

/** A BIOS that computes, loads and stores without end, in 1 MiB, and knows of no device. */
export function busyGuest(): ArrayBuffer {
  const round = [
    [0xbf, ...little(BUFFER, 4)], // mov edi, BUFFER
    [0xb9, ...little(WORDS, 4)], // mov ecx, WORDS
    [0x31, 0xc0], // xor eax, eax
  ].flat();
  const word = [
    [0x05, ...little(0x9e37_79b9, 4)], // add eax, 9E3779B9h
    [0x31, 0x07], // xor [edi], eax
    [0x83, 0xc7, 4], // add edi, 4
    [0x49], // dec ecx
  ].flat();
  const toWord = [0x75, 256 - word.length - 2]; // jnz
  const toRound = [0xeb, 256 - round.length - word.length - toWord.length - 2]; // jmp
  return romImage([...protectedMode(), ...round, ...word, ...toWord, ...toRound]);
}
