// Unpacks the arrays of the page: base64 of bytes that zlib compressed, see ferrotune/figures/page/packing.py.

const TYPES = {
  int8: Int8Array, uint8: Uint8Array, int16: Int16Array, uint16: Uint16Array,
  int32: Int32Array, uint32: Uint32Array, float32: Float32Array,
};
const NO_NUMBER = -32768; // of whole numbers that stand for measured values

function bytesOf(text) {
  const letters = atob(text.trim());
  const bytes = new Uint8Array(letters.length);
  for (let i = 0; i < letters.length; i++) bytes[i] = letters.charCodeAt(i);
  return bytes;
}

// All arrays by name: {values, shape}.
export async function unpack(text, header) {
  const stream = new Blob([bytesOf(text)]).stream().pipeThrough(new DecompressionStream("deflate"));
  const buffer = await new Response(stream).arrayBuffer();
  const arrays = {};
  for (const [name, {dtype, shape, start}] of Object.entries(header)) {
    const size = shape.reduce((product, n) => product * n, 1);
    arrays[name] = {values: new TYPES[dtype](buffer, start, size), shape};
  }
  return arrays;
}

// A raster of indices was stored as the differences of neighbouring samples.
export function summed(steps) {
  const indices = new Int32Array(steps.length);
  let last = 0;
  for (let i = 0; i < steps.length; i++) indices[i] = last += steps[i];
  return indices;
}

// Measured values, NaN where there is none.
export function measured(numbers, scale, offset) {
  return Float32Array.from(numbers, n => n === NO_NUMBER ? NaN : n * scale + offset);
}
