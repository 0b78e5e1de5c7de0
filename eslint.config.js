import importSort from "eslint-plugin-simple-import-sort";
import tseslint from "typescript-eslint";

export default tseslint.config(
  { ignores: [".devicescript/", "src/*.gen.ts"] },
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: {
      parserOptions: {
        project: [
          "tsconfig.json",
          "src/tsconfig.json",
          "server/page/tsconfig.json",
          "server/tab/tsconfig.json",
          "boards/wio-terminal/emulator/page/tsconfig.json",
          "test/tsconfig.json",
          "test/programs/tsconfig.json",
          "test/boards/wio-terminal/programs/tsconfig.json",
        ],
        tsconfigRootDir: import.meta.dirname,
      },
    },
    plugins: { "import-sort": importSort },
    rules: {
      // All imports form one block, sorted from Node's own modules to neighbouring files.
      "import-sort/imports": [
        "error",
        { groups: [["^\\u0000", "^node:", "^@?\\w", "^\\.\\.", "^\\."]] },
      ],
      "@typescript-eslint/switch-exhaustiveness-check": "error",
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/no-confusing-void-expression": "off",
    },
  },
  {
    // These rules rely on null checks and thenables, which DeviceScript's types lack.
    // DeviceScript's own compiler rejects a missing await.
    files: ["src/**/*.ts", "test/programs/*.ts", "test/boards/wio-terminal/programs/**/*.ts"],
    rules: {
      "@typescript-eslint/await-thenable": "off",
      "@typescript-eslint/no-unnecessary-boolean-literal-compare": "off",
      "@typescript-eslint/no-unnecessary-condition": "off",
      "@typescript-eslint/no-unnecessary-type-assertion": "off",
      "@typescript-eslint/no-useless-default-assignment": "off",
      "@typescript-eslint/prefer-optional-chain": "off",
      // The type of a handler requires an async function, even if the handler awaits nothing.
      "@typescript-eslint/require-await": "off",
      "@typescript-eslint/return-await": "off",
    },
  },
  {
    // These programs test the DeviceScript language, including its unusual parts.
    files: ["test/boards/wio-terminal/programs/**/*.ts"],
    rules: {
      "@typescript-eslint/no-array-delete": "off",
      "@typescript-eslint/no-dynamic-delete": "off",
      "@typescript-eslint/no-explicit-any": "off",
      "@typescript-eslint/no-unsafe-argument": "off",
      "@typescript-eslint/no-unsafe-assignment": "off",
      "@typescript-eslint/no-unsafe-call": "off",
      "@typescript-eslint/no-unsafe-member-access": "off",
      "@typescript-eslint/no-unsafe-return": "off",
      "@typescript-eslint/restrict-plus-operands": "off",
    },
  },
  {
    files: [
      "eslint.config.js",
      ".dependency-cruiser.mjs",
      ".vscode/extensions/*/*.cjs",
      "server/start.js",
      "test/support/*.cjs",
    ],
    extends: [tseslint.configs.disableTypeChecked],
    rules: { "@typescript-eslint/no-require-imports": "off" },
  },
);
