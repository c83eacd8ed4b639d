declare module 'npm-pick-manifest' {
  /** Chooses the manifest of a packument that npm would install. @throws where none matches. */
  export default function pickManifest(
    packument: { name: string; 'dist-tags': Record<string, string>; versions: Record<string, unknown> },
    wanted: string,
    options?: { defaultTag?: string; nodeVersion?: string },
  ): unknown;
}
