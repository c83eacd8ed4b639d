import type { ToolImage } from './tool-image.ts';

/** Go 1.19, without a compiler of C. */
export const golang: ToolImage = {
  name: 'golang',
  packages: ['golang-1.19-go'],
  without: 'perl|debconf|dpkg|tar|bzip2|gcc-12-base',
};
