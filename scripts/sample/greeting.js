/** A sentence to greet somebody with. */
export function greet(name, hour) {
  return `Hello, ${name}! It is ${hour} o'clock.`;
}
