// Says that a line to the hub is lost, and what that means, until it is back.
import { useTexts } from "../language/language";
import { useStore } from "../room/store";
import { useTalk } from "../talk/store";

export function LostBanner() {
  const texts = useTexts();
  const events = useStore((store) => store.line);
  const talk = useTalk((store) => store.line);
  if (events !== "lost" && talk !== "lost") return null;
  return (
    <div className="lost-banner" role="alert" data-testid="lost-banner">
      {events === "lost" ? texts.top.lostBanner : texts.top.talkLostBanner}
    </div>
  );
}
