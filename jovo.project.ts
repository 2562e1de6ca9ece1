/**
 * What the Jovo CLI wants to know of this project. The CLI reads `jovo.project.js` only; `npm run build` writes that
 * file from this one. Nothing here depends on the CLI: `npm start` runs without it.
 */
const project = {
  defaultStage: 'dev',
  /** Where the CLI's tunnel points during development. */
  endpoint: 'http://localhost:3000/sipgate',
  stages: { dev: {}, prod: {} },
  plugins: [],
};

export = project;
