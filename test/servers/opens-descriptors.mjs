// A call opens files until it is refused, at most 100,000, and keeps them open.
import { openSync } from 'node:fs';
import { serve, text, tool } from './lib.mjs';

function open() {
  for (let opened = 0; opened < 100_000; opened++) {
    try {
      openSync('/dev/null', 'r');
    } catch (error) {
      return text(`Could open no more: ${error.code}`, { structuredContent: { opened, code: error.code } });
    }
  }
  return text('Opened all.');
}

serve({ tools: [tool('open'), tool('rest')], calls: { open, rest: () => text('Rested.') } });
