/**
 * Instructions of a project that lie outside of its folders. The CLI reads some files without a tool call, and follows links
 * in them, so that a link in a repository could bring any file of the user to the model.
 */
import type { JsonObject } from '../../core/json.js';
import { withoutForeignPaths } from './foreignPaths.js';
import { isOutside } from './pathSensitivity.js';
import { INSTRUCTION_FILES } from './sensitiveNames.js';
import type { WorkspacePaths } from './toolPaths.js';

const OUTPUT_STYLES = '.claude/output-styles';
const SETTINGS = ['.claude/settings.json', '.claude/settings.local.json'];

/** What is outside, and how the CLI is kept from reading it. */
export interface OutsideInstructions {
  /** Settings for the command line, which take precedence over those of the project. Empty if nothing is outside. */
  readonly settings: JsonObject;
  /** One line for each file or folder that is left out. */
  readonly warnings: readonly string[];
}

/**
 * Finds the instructions of the open folders that lead outside: files with instructions, output styles, and the folder for
 * Claude's memory.
 */
export async function outsideInstructions(workspace: WorkspacePaths): Promise<OutsideInstructions> {
  const paths = withoutForeignPaths(workspace);
  const { folders, path } = paths;
  const inFolders = (names: readonly string[]): string[] =>
    folders.flatMap((folder) => names.map((name) => path.join(folder, name)));
  const outside = async (files: readonly string[]): Promise<string[]> => {
    const checked = await Promise.all(
      files.map(async (file) => ((await isOutside(file, paths)) ? [file] : [])),
    );
    return checked.flat();
  };
  const instructions = await outside(inFolders(INSTRUCTION_FILES));
  const styles = await Promise.all(
    inFolders([OUTPUT_STYLES]).map(async (folder) => {
      const links = await paths.linksIn(folder);
      return outside([folder, ...links.map((name) => path.join(folder, name))]);
    }),
  );
  const memories = await Promise.all(inFolders(SETTINGS).map((file) => memoryFolder(file, paths)));
  const memory = await outside(memories.flat());
  return {
    settings: {
      ...(instructions.length === 0 ? {} : { claudeMdExcludes: instructions }),
      ...(styles.flat().length === 0 ? {} : { outputStyle: 'default' }),
      ...(memory.length === 0 ? {} : { autoMemoryEnabled: false }),
    },
    warnings: [...instructions, ...styles.flat(), ...memory].map(
      (file) => `${file} leads outside the workspace. Claude does not get it.`,
    ),
  };
}

/** The folder for Claude's memory that a settings file of the project names. */
async function memoryFolder(file: string, { readText, home, path }: WorkspacePaths): Promise<string[]> {
  try {
    const settings: unknown = JSON.parse((await readText(file)) ?? '{}');
    const named = (settings as Partial<Record<string, unknown>> | null)?.['autoMemoryDirectory'];
    if (typeof named !== 'string' || named === '') return [];
    return [path.resolve(path.dirname(file), named.replace(/^~(?=$|[\\/])/, home))];
  } catch {
    // The CLI ignores a file that is not JSON.
    return [];
  }
}
