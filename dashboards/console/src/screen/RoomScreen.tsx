// Puts the police room on one screen: alerts left, map in the middle, case and search right, talk below.
import { useEffect } from "react";

import { AlertPanel } from "../alerts/AlertPanel";
import { UrgentReports } from "../alerts/UrgentReports";
import { CasePanel } from "../cases/CasePanel";
import { openCases } from "../cases/store";
import { OfficerBanner } from "../escalation/OfficerBanner";
import { followEscalations } from "../escalation/store";
import { FoundOver } from "../found/FoundOver";
import { useShown } from "../found/shown";
import { useTexts } from "../language/language";
import { LiveWall } from "../live/LiveWall";
import { useWall } from "../live/store";
import { CommunityMap } from "../map/CommunityMap";
import { MissingBands } from "../missing/Band";
import { useFollowedPaths } from "../path/following";
import { PlaybackLayer } from "../playback/PlaybackLayer";
import { usePlayback } from "../playback/store";
import { ResponseBands } from "../response/ResponseBands";
import { followRoom, loadMap, useRoom, useStore } from "../room/store";
import { EndingBanner } from "../session/EndingBanner";
import { useMay, useSession } from "../session/store";
import { SosBanner } from "../sos/SosBanner";
import { openTalk } from "../talk/store";
import { TalkStrip } from "../talk/TalkStrip";
import { LostBanner } from "./LostBanner";
import { LowerPanel } from "./LowerPanel";
import { TopBar } from "./TopBar";

export function RoomScreen() {
  const texts = useTexts();
  const isIn = useSession((session) => session.phase === "in");
  const talks = useMay("answer_call");
  const seesCases = useMay("see_cases");
  const watches = useMay("watch_live");
  const isLive = useWall((wall) => wall.isOpen) && watches;
  const searches = useMay("search_footage");
  const chosenCase = usePlayback((playback) => playback.caseId);
  // Footage opens within an open case alone.
  const isCaseOpen = useRoom((room) => openCases(room.cases.values()).some((one) => one.case_id === chosenCase), false);
  const playedCase = searches && isCaseOpen && !isLive ? chosenCase : null;
  const isCovered = isLive || playedCase !== null;
  const isStopped = useShown().length > 0 && isIn;
  const ready = useStore((store) => store.room !== null);
  // Signed out, the lines end and the room stays as it was, below the sign-in, with all that was being written in it.
  useEffect(() => (isIn ? followRoom(loadMap) : undefined), [isIn]);
  useEffect(() => (isIn ? followEscalations() : undefined), [isIn]);
  useFollowedPaths(isIn);
  useEffect(() => (isIn && talks ? openTalk() : undefined), [isIn, talks]);
  return (
    <div className={`screen${talks ? "" : " without-talk"}`}>
      <TopBar />
      <div className="banners">
        {isIn && <SosBanner />}
        {isIn && <OfficerBanner />}
        {isIn && seesCases && <MissingBands />}
        {isIn && <ResponseBands />}
        <LostBanner />
        <EndingBanner />
      </div>
      {ready ? (
        <main className={seesCases ? "" : "without-cases"} inert={isStopped || isCovered}>
          <AlertPanel />
          <div className="middle">
            <CommunityMap />
            <LowerPanel />
            {!isCovered && <UrgentReports />}
          </div>
          {seesCases && <CasePanel />}
        </main>
      ) : (
        <main className="loading">{texts.top.loading}</main>
      )}
      {ready && isLive && <LiveWall />}
      {ready && playedCase !== null && <PlaybackLayer key={playedCase} caseId={playedCase} />}
      {talks && <TalkStrip />}
      {isIn && <FoundOver />}
    </div>
  );
}
