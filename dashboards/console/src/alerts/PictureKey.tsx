// The key that chooses a picture to go along, and the chosen one.
import { Button, Image } from "antd";
import { useRef } from "react";

import { useTexts } from "../language/language";
import { attach, detach, useAttached, type Attachment } from "./attachments";
import { Shown } from "./Shown";

interface Props {
  what: Exclude<Attachment, "speech">;
  testid: string;
}

export function PictureKey({ what, testid, hint }: Props & { hint: string }) {
  const { picture: words } = useTexts().alerts;
  const file = useRef<HTMLInputElement>(null);
  return (
    <>
      <Button size="small" data-testid={testid} title={hint} onClick={() => file.current?.click()}>
        {words.add}
      </Button>
      <input
        ref={file}
        type="file"
        accept="image/*"
        hidden
        data-testid={`${testid}-file`}
        onChange={({ target }) => {
          const [chosen] = target.files ?? [];
          if (chosen !== undefined) attach(what, chosen);
          target.value = ""; // the same file may be chosen again
        }}
      />
    </>
  );
}

export function ShownPicture({ what, testid }: Props) {
  const { picture: words } = useTexts().alerts;
  const picture = useAttached((attached) => attached[what]);
  if (picture === null) return null;
  return (
    <Shown attached={picture} sending={words.sending} remove={words.remove} onRemove={() => detach(what)}>
      <Image src={picture.url} alt={words.shown} height={52} data-testid={testid} />
    </Shown>
  );
}
