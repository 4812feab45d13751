// Which of the paths is looked at: the most likely, or another that may be true.
import { useTexts } from "../language/language";
import { difference } from "./shown";
import { choosePath, type CasePath } from "./store";

export function Choice({ caseId, found }: { caseId: string; found: CasePath }) {
  const { path: words } = useTexts();
  const paths = found.answer?.paths ?? [];
  const [best] = paths;
  if (best === undefined || paths.length < 2) return null;
  return (
    <>
      {paths.map((path, index) => {
        const { more, fewer } = difference(path, best);
        return (
          <button
            key={path.steps.map((step) => step.sighting.sighting_id).join()}
            type="button"
            className="path-key"
            data-testid={index === 0 ? "path-best" : "path-alternative"}
            aria-pressed={found.chosen === index}
            title={index === 0 ? words.bestHint : words.otherHint(more, fewer)}
            onClick={() => choosePath(caseId, index)}
          >
            {index === 0 ? words.best : words.other(index + 1)}
          </button>
        );
      })}
    </>
  );
}
