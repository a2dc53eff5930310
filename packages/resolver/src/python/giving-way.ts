import type { Turns } from "../solver/turns.ts";
import type { DistributionFile, PythonSource } from "./candidates/source.ts";

/**
 * The source, asked with pauses: where all answers are at hand, what is loaded ahead leads from project to project without a turn of the event loop, and
 * each page takes a while to be read. What comes of an answer takes a while as well, and many answers come at once.
 */
export function givingWay<File extends DistributionFile>(source: PythonSource<File>, turns: Turns): PythonSource<File> {
  const whenDue = async <Answer>(ask: () => Promise<Answer>): Promise<Answer> => {
    if (turns.isDue) await turns.pass();
    const answer = await ask();
    if (turns.isDue) await turns.pass();
    return answer;
  };
  return {
    files: (project) => whenDue(() => source.files(project)),
    metadata: (file, project) => whenDue(() => source.metadata(file, project)),
    ...(source.known && { known: (file: File, project) => source.known!(file, project) }),
    ...(source.urlMetadata && { urlMetadata: (url: string, project) => source.urlMetadata!(url, project) }),
  };
}
