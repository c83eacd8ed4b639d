/** Bounds of all that foreign files can make discovery do. What is beyond them is not looked at, and a finding says so. */
export const limits = {
  /** Manifests that are read, the shallowest first. */
  manifests: 1500,
  /** What they say, entries of configurations included. */
  declarations: 2500,
  /** UTF-16 units of a manifest. */
  manifestSize: 256 * 1024,
  /** UTF-16 units of a manifest in which positions are looked up exactly: the parser's time may grow with the square. */
  positionsSize: 64 * 1024,
  /** Folders above a manifest. */
  depth: 12,
  /** UTF-16 units of one source file that are looked at: the start of a server stands near neither end of more. */
  sourceSize: 200_000,
  /** Source files that are followed from one program. */
  sourcesOfProgram: 150,
  /** Source files that are followed further once a server was found in one. */
  sourcesAfterServer: 24,
  /** Source files and UTF-16 units that are read in all. */
  sources: 8000,
  sourceUnits: 48 * 1024 * 1024,
  /** Programs of one project, entries of one list or map of a manifest. */
  entries: 200,
  /** Servers, things left out, findings. */
  servers: 1500,
  leftOut: 2000,
  findings: 1000,
  /** UTF-16 units of a name, an argument, a URL; of a description. */
  text: 1000,
  description: 500,
} as const;
