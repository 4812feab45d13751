// The right of the screen: open a case, then search inside it.
import { useTexts } from "../language/language";
import { SearchPanel } from "../search/SearchPanel";
import { useMay } from "../session/store";
import { CaseHeader } from "./CaseHeader";
import { CaseList } from "../desk/CaseList";
import { OpenCaseForm } from "./OpenCaseForm";
import { useCaseDesk, useOpenCase } from "./store";
import "./cases.css";

export function CasePanel() {
  const current = useOpenCase();
  const texts = useTexts();
  const searches = useMay("search_footage");
  const opening = useCaseDesk((desk) => desk.opening);
  if (current === null || opening) {
    const cancel = current === null ? null : () => useCaseDesk.setState({ opening: false });
    return (
      <section className="panel cases">
        <OpenCaseForm onCancel={cancel} />
      </section>
    );
  }
  return (
    <section className="panel cases">
      <CaseList current={current} />
      <CaseHeader key={`header ${current.case_id}`} current={current} />
      {searches ? <SearchPanel key={current.case_id} current={current} /> : <p className="empty">{texts.cases.noSearch}</p>}
    </section>
  );
}
