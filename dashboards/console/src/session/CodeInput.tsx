// The second factor's six digits.
import { Input } from "antd";

export function CodeInput(props: {
  testid: string;
  value: string;
  onChange: (code: string) => void;
  autoFocus?: boolean;
  placeholder?: string;
}) {
  return (
    <Input
      data-testid={props.testid}
      className="code-input"
      size="large"
      inputMode="numeric"
      autoComplete="one-time-code"
      autoFocus={props.autoFocus ?? false}
      placeholder={props.placeholder ?? ""}
      value={props.value}
      // Full-width digits are what a Chinese keyboard writes; spaces are how authenticators group.
      onChange={(event) => props.onChange(event.target.value.normalize("NFKC").replace(/\D/g, "").slice(0, 6))}
    />
  );
}
