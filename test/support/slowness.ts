/** How many times longer this thread takes than on an idle machine. */
export function slowness(): number {
  const started = performance.now();
  const before = process.cpuUsage();
  let sum = 0;
  while (process.cpuUsage(before).user < 20_000) sum += Math.sqrt(sum + 1);
  const { user, system } = process.cpuUsage(before);
  return Math.max(1, ((performance.now() - started) * 1_000) / (user + system));
}
