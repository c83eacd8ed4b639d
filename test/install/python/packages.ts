import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { buffer } from 'node:stream/consumers';
import { crc32, gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';

/** One file of an index: a wheel or a source archive. */
export interface PackageFile {
  readonly filename: string;
  readonly bytes: Buffer;
}

export interface WheelContent {
  readonly name: string;
  readonly version: string;
  /** Path to text. */
  readonly files: Readonly<Record<string, string>>;
  /** Command to `module:function`. */
  readonly scripts?: Readonly<Record<string, string>>;
  /** `Requires-Dist`. */
  readonly requires?: readonly string[];
  readonly requiresPython?: string;
  /** Default `py3-none-any`. */
  readonly tag?: string;
}

export function wheel(content: WheelContent): PackageFile {
  const { name, version, files, tag = 'py3-none-any' } = content;
  const underscored = name.replaceAll('-', '_');
  const info = `${underscored}-${version}.dist-info`;
  const all: Record<string, string> = { ...files };
  all[`${info}/METADATA`] = metadata(content);
  all[`${info}/WHEEL`] = `Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: ${tag}\n`;
  if (content.scripts !== undefined) all[`${info}/entry_points.txt`] = entryPoints(content.scripts);
  const record = Object.entries(all).map(([path, text]) => {
    const digest = createHash('sha256').update(text).digest('base64url');
    return `${path},sha256=${digest},${Buffer.byteLength(text)}\n`;
  });
  all[`${info}/RECORD`] = `${record.join('')}${info}/RECORD,,\n`;
  return { filename: `${underscored}-${version}-${tag}.whl`, bytes: zip(all) };
}

function metadata({ name, version, requires = [], requiresPython }: WheelContent): string {
  const lines = ['Metadata-Version: 2.1', `Name: ${name}`, `Version: ${version}`];
  if (requiresPython !== undefined) lines.push(`Requires-Python: ${requiresPython}`);
  return `${[...lines, ...requires.map((each) => `Requires-Dist: ${each}`)].join('\n')}\n`;
}

function entryPoints(scripts: Readonly<Record<string, string>>): string {
  const lines = Object.entries(scripts).map(([command, target]) => `${command} = ${target}\n`);
  return `[console_scripts]\n${lines.join('')}`;
}

/** A source archive: what stands in `files`, below its folder. */
export async function sdist(
  name: string,
  version: string,
  files: Readonly<Record<string, string>>,
): Promise<PackageFile> {
  const folder = `${name.replaceAll('-', '_')}-${version}`;
  const tar = pack();
  const all = { 'PKG-INFO': `Metadata-Version: 2.1\nName: ${name}\nVersion: ${version}\n`, ...files };
  for (const [path, text] of Object.entries(all)) tar.entry({ name: `${folder}/${path}` }, text);
  tar.finalize();
  return { filename: `${folder}.tar.gz`, bytes: gzipSync(await buffer(tar)) };
}

/**
 * The files of a project that needs no package to be built: it brings its own small backend, which makes a wheel of
 * what stands in `wheel.json`. @param before code that the backend runs at first
 */
export function selfBuilding(content: WheelContent, { before = '', requires = [] as readonly string[] } = {}) {
  const info = `${content.name.replaceAll('-', '_')}-${content.version}.dist-info`;
  const wheelFiles = {
    ...content.files,
    [`${info}/METADATA`]: metadata(content),
    [`${info}/WHEEL`]: 'Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n',
    [`${info}/entry_points.txt`]: entryPoints(content.scripts ?? {}),
    [`${info}/RECORD`]: '',
  };
  const wanted = requires.map((each) => `"${each}"`).join(', ');
  return {
    'pyproject.toml': `[build-system]\nrequires = [${wanted}]\nbuild-backend = "backend"\nbackend-path = ["."]\n${project(content)}`,
    'backend.py': `${backend}\n${before}\n`,
    'wheel.json': JSON.stringify({
      filename: `${info.replace('.dist-info', '')}-py3-none-any.whl`,
      files: wheelFiles,
    }),
  };
}

function project({ name, version, requires = [], scripts = {}, requiresPython }: WheelContent): string {
  const lines = [
    `[project]`,
    `name = "${name}"`,
    `version = "${version}"`,
    `dependencies = ${JSON.stringify(requires)}`,
  ];
  if (requiresPython !== undefined) lines.push(`requires-python = "${requiresPython}"`);
  const commands = Object.entries(scripts).map(([command, target]) => `${command} = "${target}"`);
  return `\n${lines.join('\n')}\n\n[project.scripts]\n${commands.join('\n')}\n`;
}

const backend = `import json, os, zipfile


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    with open("wheel.json") as file:
        content = json.load(file)
    with zipfile.ZipFile(os.path.join(wheel_directory, content["filename"]), "w") as target:
        for path, text in content["files"].items():
            target.writestr(path, text)
    return content["filename"]
`;

/** A zip file without compression (APPNOTE 4.3). Paths are written as they are, also those that lead outside. */
export function zip(files: Readonly<Record<string, string>>): Buffer {
  const locals: Buffer[] = [];
  const centrals: Buffer[] = [];
  let offset = 0;
  for (const [path, text] of Object.entries(files)) {
    const [name, data] = [Buffer.from(path), Buffer.from(text)];
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt32LE(0x21_00_00_00 >>> 0, 6);
    common.writeUInt32LE(crc32(data), 10);
    common.writeUInt32LE(data.length, 14);
    common.writeUInt32LE(data.length, 18);
    common.writeUInt16LE(name.length, 22);
    const local = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), common, name, data]);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(0o100644 * 65536, 6);
    tail.writeUInt32LE(offset, 10);
    const made = Buffer.from([20, 3]);
    centrals.push(Buffer.concat([Buffer.from('PK\x01\x02', 'latin1'), made, common, tail, name]));
    locals.push(local);
    offset += local.length;
  }
  const central = Buffer.concat(centrals);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(locals.length, 4);
  end.writeUInt16LE(locals.length, 6);
  end.writeUInt32LE(central.length, 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...locals, central, Buffer.from('PK\x05\x06', 'latin1'), end]);
}

/** The server of these tests. */
export const serverSource = readFileSync(new URL('../../servers/python/greeting_server.py', import.meta.url), 'utf8');

export const greeting: WheelContent = {
  name: 'greeting-server',
  version: '1.0.0',
  files: { 'greeting_server/__init__.py': serverSource },
  scripts: { 'greeting-server': 'greeting_server:main' },
};

export const words: WheelContent = {
  name: 'greeting-words',
  version: '2.0.0',
  files: { 'greeting_words.py': 'def hello():\n    return "Good day"\n' },
};
