// What the page shows: the invitation that was opened, signing in, the room, or for who has no room the audit log.
import { ConfigProvider, theme } from "antd";
import enUS from "antd/locale/en_US";
import zhCN from "antd/locale/zh_CN";
import { useEffect, useState } from "react";

import { AuditPage } from "../audit/AuditPage";
import * as page from "../browser/page";
import type { JoinCode } from "../join/fragment";
import { JoinPage } from "../join/JoinPage";
import { useLanguage, useTexts } from "../language/language";
import { EntryPage } from "../session/EntryPage";
import { Account } from "../session/Account";
import { ACCOUNT, GUARD_PAGE, homeOf } from "../session/home";
import { SignIn } from "../session/SignIn";
import { SignInOver } from "../session/SignInOver";
import { openSession, useMay, useSession } from "../session/store";
import { RoomScreen } from "./RoomScreen";
import "./screen.css";

const FONTS =
  '"Microsoft YaHei UI", "Microsoft YaHei", "PingFang SC", "Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "WenQuanYi Micro Hei", sans-serif';

const LOOK = {
  algorithm: [theme.darkAlgorithm, theme.compactAlgorithm],
  token: {
    fontFamily: FONTS,
    fontSize: 14,
    borderRadius: 4,
    colorPrimary: "#2f7de1",
    colorBgBase: "#0e131a",
    colorBgContainer: "#171e28",
    colorBgElevated: "#1d2633",
    colorBorder: "#3a485c",
    colorTextPlaceholder: "#8593a6",
    motion: false,
  },
};

/** What somebody invited opened: the link and its code. */
export interface Joining {
  link: string;
  code: JoinCode | null;
}

export function App({ joining }: { joining: Joining | null }) {
  const language = useLanguage((store) => store.language);
  return (
    <ConfigProvider locale={language === "en" ? enUS : zhCN} theme={LOOK} button={{ autoInsertSpace: false }}>
      {joining === null ? <Console /> : <JoinPage link={joining.link} code={joining.code} />}
    </ConfigProvider>
  );
}

function Console() {
  const texts = useTexts();
  const phase = useSession((session) => session.phase);
  const isKnown = useSession((session) => session.person !== null);
  const worksAtPhone = useSession((session) => session.person !== null && homeOf(session.person.role) === GUARD_PAGE);
  const seesRoom = useMay("see_room");
  useEffect(() => openSession(page), []);
  const [wantsAccount] = useState(() => location.hash === ACCOUNT);
  useEffect(() => {
    if (worksAtPhone && !wantsAccount) page.startAt(GUARD_PAGE);
  }, [worksAtPhone, wantsAccount]);
  if (!isKnown || worksAtPhone) {
    return (
      <div className="entry-page">
        <EntryPage>
          {phase === "out" ? (
            <SignIn />
          ) : worksAtPhone && wantsAccount ? (
            <Account />
          ) : (
            <p className="entry-waiting">{texts.signIn.asking}</p>
          )}
        </EntryPage>
      </div>
    );
  }
  return (
    <>
      {seesRoom ? <RoomScreen /> : <AuditPage />}
      {phase === "out" && <SignInOver />}
    </>
  );
}
