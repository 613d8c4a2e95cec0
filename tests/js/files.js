// Journal files bent for tests; core/journal/format.h is the format.

/** CRC-32C, bit by bit. */
function crc32c(bytes) {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; ++bit) crc = (crc >>> 1) ^ (crc & 1 ? 0x82f63b78 : 0);
  }
  return ~crc >>> 0;
}

/** The same file, its header saying another version and being whole all the same. */
export function withVersion(file, version) {
  const copy = file.slice();
  copy[4] = version;
  const crc = crc32c(copy.subarray(0, 20));
  const masked = (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
  new DataView(copy.buffer).setUint32(20, masked, true);
  return copy;
}
