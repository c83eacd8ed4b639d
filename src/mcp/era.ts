import {
  CLIENT_CAPABILITIES_META_KEY,
  CLIENT_INFO_META_KEY,
  LOG_LEVEL_META_KEY,
  PROTOCOL_VERSION_META_KEY,
} from '@modelcontextprotocol/client';
import { clientInfo } from './client-info.ts';

/** `legacy`: up to 2025-11-25, begun by `initialize`. `modern`: from 2026-07-28 on, where each request stands alone. */
export type Era = 'legacy' | 'modern';

/** The revision of the modern era that this client speaks. */
export const modernRevision = '2026-07-28';

/** `_meta` of every request and notification of the modern era (specification 2026-07-28, "Request metadata"). */
export function modernMeta(capabilities: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return {
    [PROTOCOL_VERSION_META_KEY]: modernRevision,
    [CLIENT_INFO_META_KEY]: clientInfo,
    [CLIENT_CAPABILITIES_META_KEY]: capabilities,
  };
}

/** What asks a server of the modern era for all its log messages during a request. */
export const askForLogs = { [LOG_LEVEL_META_KEY]: 'debug' } as const;
