// What the linter holds the pages to, beyond the compiler's strict types.
import hooks from "eslint-plugin-react-hooks";
import typescript from "typescript-eslint";

export default typescript.config(
  { ignores: ["node_modules"] },
  ...typescript.configs.recommended,
  hooks.configs.flat["recommended-latest"],
  {
    rules: {
      eqeqeq: "error",
      "@typescript-eslint/no-non-null-assertion": "error",
      "@typescript-eslint/consistent-type-imports": "error",
    },
  },
);
