// Puts the police room on one screen: alerts left, map in the middle, case and search right, talk below.
import { ConfigProvider, theme } from "antd";
import enUS from "antd/locale/en_US";
import zhCN from "antd/locale/zh_CN";
import { useEffect } from "react";

import { AlertPanel } from "../alerts/AlertPanel";
import { UrgentReports } from "../alerts/UrgentReports";
import { CasePanel } from "../cases/CasePanel";
import { useLanguage, useTexts } from "../language/language";
import { CommunityMap } from "../map/CommunityMap";
import { followRoom, useStore } from "../room/store";
import { openTalk } from "../talk/store";
import { TalkStrip } from "../talk/TalkStrip";
import { LostBanner } from "./LostBanner";
import { LowerPanel } from "./LowerPanel";
import { TopBar } from "./TopBar";
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

function Screen() {
  const texts = useTexts();
  const ready = useStore((store) => store.room !== null);
  return (
    <div className="screen">
      <TopBar />
      <LostBanner />
      {ready ? (
        <main>
          <AlertPanel />
          <div className="middle">
            <CommunityMap />
            <LowerPanel />
            <UrgentReports />
          </div>
          <CasePanel />
        </main>
      ) : (
        <main className="loading">{texts.top.loading}</main>
      )}
      <TalkStrip />
    </div>
  );
}

export function App() {
  const language = useLanguage((store) => store.language);
  useEffect(() => followRoom(), []);
  useEffect(() => openTalk(), []);
  return (
    <ConfigProvider locale={language === "en" ? enUS : zhCN} theme={LOOK} button={{ autoInsertSpace: false }}>
      <Screen />
    </ConfigProvider>
  );
}
