// A condition's name, by which it is said how much it counts: as usual, more, or not at all.
import { useTexts } from "../language/language";
import type { SearchField } from "../room/types";
import type { SearchForm } from "./store";

const SIGN = { usual: "", more: "▲", off: "✕" };

export function Importance(props: { field: SearchField; form: SearchForm; onChange: (form: SearchForm) => void }) {
  const texts = useTexts();
  const { field, form, onChange } = props;
  const how = form.importance[field] ?? "usual";
  function next(): void {
    const importance = { ...form.importance };
    if (how === "usual") importance[field] = "more";
    else if (how === "more") importance[field] = "off";
    else delete importance[field];
    onChange({ ...form, importance });
  }
  return (
    <button type="button" className={`field importance ${how}`} data-testid={`importance-${field}`} data-value={how} title={texts.searchForm.importance[how]} onClick={next}>
      {texts.search.part[field]}
      {SIGN[how]}
    </button>
  );
}
