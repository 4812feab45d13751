// The upper edge: the page's name, the line to the hub, and who is signed in with what they may do here.
import { useState } from "react";

import { errorText, speakLanguage, useLanguage, useTexts } from "../../../console/src/language/language";
import { useStore } from "../../../console/src/room/store";
import { ACCOUNT, homeOf } from "../../../console/src/session/home";
import { signOut, useSession } from "../../../console/src/session/store";
import { useGuardTexts } from "../language/guardTexts";
import { chooseHeadset, useHeadsetChoice } from "../talk/headsetKey";
import type { KeyState } from "../talk/keyState";
import { Sheet } from "./Sheet";

export function TopLine({ state, isAwake }: { state: KeyState; isAwake: boolean }) {
  const texts = useTexts();
  const own = useGuardTexts();
  const person = useSession((session) => session.person);
  const [opened, setOpened] = useState(false);
  // Without the line of events no alert comes, though one may talk.
  const isDeaf = useStore((store) => store.line === "lost");
  const line = state === "lost" || isDeaf ? "lost" : state === "connecting" ? state : "open";
  if (person === null) return null;
  return (
    <>
      <header className="top">
        <h1>{own.title}</h1>
        <span className={`wire ${line}`} data-testid="connection-talk" data-state={line}>
          {texts.top.line[line]}
        </span>
        <button
          type="button"
          data-testid="me"
          data-person={person.person_id}
          data-role={person.role}
          onClick={() => setOpened(true)}
        >
          {person.name}
        </button>
      </header>
      {opened && <MeSheet isAwake={isAwake} onClose={() => setOpened(false)} />}
    </>
  );
}

function MeSheet({ isAwake, onClose }: { isAwake: boolean; onClose: () => void }) {
  const texts = useTexts();
  const own = useGuardTexts();
  const language = useLanguage((store) => store.language);
  const person = useSession((session) => session.person);
  const headset = useHeadsetChoice((choice) => choice.isOn);
  const [failure, setFailure] = useState<unknown>(null);
  if (person === null) return null;
  return (
    <Sheet title={`${person.name} · ${texts.role[person.role]}`} testid="me" onClose={onClose}>
      <div className="me">
        <p>{person.person_id}</p>
        <p data-testid="awake" data-awake={isAwake}>
          {isAwake ? own.awake.on : own.awake.off}
        </p>
        <button
          type="button"
          className="row"
          data-testid="headset"
          aria-pressed={headset}
          onClick={() => chooseHeadset(!headset)}
        >
          <span>
            {own.headset}
            <small>{own.headsetHint}</small>
          </span>
          <b>{headset ? "✓" : ""}</b>
        </button>
        {homeOf(person.role) !== "/" && (
          <a className="row" href={`/${ACCOUNT}`} data-testid="account">
            {texts.session.account}
          </a>
        )}
        {homeOf(person.role) === "/" && (
          <a className="row" href="/" data-testid="to-console">
            {own.console}
          </a>
        )}
        <button type="button" className="row" onClick={() => speakLanguage(language === "en" ? "zh-CN" : "en")}>
          {texts.session.language}
        </button>
        {failure !== null && <p className="failure">{errorText(language, failure)}</p>}
        <button type="button" className="row bad" data-testid="sign-out" onClick={() => signOut().catch(setFailure)}>
          {texts.session.signOut}
        </button>
      </div>
    </Sheet>
  );
}
