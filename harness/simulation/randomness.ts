/** The random values of the application, drawn from the world's seed. */
import type { World } from './world.ts';

export function virtualBytes<T extends ArrayBufferView | null>(world: World, array: T): T {
  if (array === null) return array;
  const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
  for (let i = 0; i < bytes.length; i++) bytes[i] = Math.floor(world.random() * 256);
  return array;
}

/** A UUID of version 4. */
export function virtualUuid(world: World): `${string}-${string}-${string}-${string}-${string}` {
  const bytes = virtualBytes(world, Buffer.alloc(16));
  bytes[6] = (bytes.readUInt8(6) & 0x0f) | 0x40;
  bytes[8] = (bytes.readUInt8(8) & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
