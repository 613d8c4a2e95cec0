// An outcome told to people: nothing, or what is wrong.

/** @param {import('./model.js').Operation} operation */
function line({ client, kind, arguments: given, invoked, returned, result }) {
  const ticks = `${invoked}–${returned ?? '…'}`.padEnd(12);
  const answer = returned === null ? 'never answered' : JSON.stringify(result);
  return `  ${ticks} ${client.padEnd(12)} ${kind} ${JSON.stringify(given)} → ${answer}`;
}

/** @param {import('./tabs.js').Outcome} outcome @returns {string[]} lines; none if all is well */
export function report({ verdict, digests, problems }) {
  const lines = problems.map((problem) => `a page reported: ${problem}`);
  if (new Set(Object.values(digests)).size !== 1) {
    lines.push('the digests differ:', ...Object.entries(digests).map(([client, digest]) => `  ${digest} ${client}`));
  }
  if (!verdict.ok) {
    const { service, operations, culprit, prefix } = verdict;
    lines.push(
      `no order explains what was answered about ${service}. Up to this answer, there is one:`,
      line(culprit),
      'all operations until then, by their calls (ticks of call and answer, tab, operation, answer):',
      ...operations.map(line),
      `the longest order that explains its answers (${prefix.length} of ${operations.length}):`,
      ...prefix.map(line),
    );
  }
  return lines;
}
