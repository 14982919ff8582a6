/** Images that a person pastes or drops, made small enough for a request. */
import type { Attachment } from '../../protocol/chat/entry.ts';

const mediaTypes = ['image/png', 'image/jpeg', 'image/gif', 'image/webp'] as const;
/** Base64 of so much fits a request of 1 MiB; whether all of a message do is looked at when it is sent. */
const bytesMost = 450_000;
const sideMost = 1568;

/** Undefined: it is no image, or none that can be made small enough. */
export async function toAttachment(file: Blob, name: string): Promise<Attachment | undefined> {
  const mediaType = mediaTypes.find((type) => type === file.type);
  if (mediaType === undefined) return undefined;
  if (file.size <= bytesMost) return { name, mediaType, data: await toBase64(file) };
  const smaller = await shrink(file);
  return smaller && { name, mediaType: 'image/jpeg', data: await toBase64(smaller) };
}

async function shrink(file: Blob): Promise<Blob | undefined> {
  const bitmap = await decode(file);
  if (bitmap === undefined) return undefined;
  try {
    for (const side of [sideMost, 1024, 640]) {
      const scale = Math.min(1, side / Math.max(bitmap.width, bitmap.height));
      const width = Math.max(1, Math.round(bitmap.width * scale));
      const canvas = new OffscreenCanvas(width, Math.max(1, Math.round(bitmap.height * scale)));
      canvas.getContext('2d')?.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
      const blob = await canvas.convertToBlob({ type: 'image/jpeg', quality: 0.82 });
      if (blob.size <= bytesMost) return blob;
    }
    return undefined;
  } finally {
    bitmap.close();
  }
}

/** Undefined: its bytes are no image, whatever it is called. */
async function decode(file: Blob): Promise<ImageBitmap | undefined> {
  try {
    return await createImageBitmap(file);
  } catch (error) {
    if (error instanceof DOMException) return undefined;
    throw error;
  }
}

async function toBase64(blob: Blob): Promise<string> {
  const bytes = new Uint8Array(await blob.arrayBuffer());
  let binary = '';
  for (let at = 0; at < bytes.length; at += 0x8000)
    binary += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return btoa(binary);
}
