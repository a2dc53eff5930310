import { Turns } from "../solver/turns.ts";
import type { DistributionFile, PythonSource } from "./candidates/source.ts";

/**
 * The source, asked with pauses: where all answers are at hand, what is loaded ahead leads from project to project without a turn of the event loop, and
 * each page takes a while to be read.
 */
export function givingWay<File extends DistributionFile>(
  source: PythonSource<File>,
  signal: AbortSignal | undefined,
): PythonSource<File> {
  const turns = new Turns(signal);
  const whenDue = <Answer>(ask: () => Promise<Answer>): Promise<Answer> =>
    turns.isDue ? turns.pass().then(ask) : ask();
  return {
    files: (project) => whenDue(() => source.files(project)),
    metadata: (file, project) => whenDue(() => source.metadata(file, project)),
    ...(source.known && { known: (file: File, project) => source.known!(file, project) }),
    ...(source.urlMetadata && { urlMetadata: (url: string, project) => source.urlMetadata!(url, project) }),
  };
}
