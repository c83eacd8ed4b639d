await import('../../../script/leftovers.ts');
