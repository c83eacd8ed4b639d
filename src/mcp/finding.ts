import type { Finding, Severity } from '../result/model.ts';

/** A finding of this room; nothing here stands in a file of the user's. */
export function finding(
  check: string,
  severity: Severity,
  message: string,
  more: { readonly subject?: string; readonly evidence?: unknown } = {},
): Finding {
  const evidence = more.evidence === undefined ? {} : { evidence: more.evidence };
  return { check, severity, subject: more.subject ?? 'server', message, location: null, ...evidence };
}
