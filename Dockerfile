# The server form: docker build -t jovo-telephony . && docker run --env-file .env -p 3000:3000 jovo-telephony
FROM node:24-slim AS build
WORKDIR /app
# Dependencies change less often than the code: they are a layer of their own.
COPY package.json package-lock.json ./
COPY packages/telephony/package.json packages/telephony/
COPY packages/platform-base/package.json packages/platform-base/
COPY packages/jovo-platform-aiflow/package.json packages/jovo-platform-aiflow/
COPY packages/jovo-platform-audiocodes/package.json packages/jovo-platform-audiocodes/
COPY packages/dialer/package.json packages/dialer/
COPY packages/phone-simulator/package.json packages/phone-simulator/
RUN npm ci --no-fund --no-audit
COPY tsconfig.base.json tsconfig.json tsconfig.project.json jovo.project.ts ./
COPY packages packages
COPY src src
COPY deploy/remove-stale.mjs deploy/
RUN npm run build && npm prune --omit=dev --no-fund --no-audit

FROM node:24-slim
ENV NODE_ENV=production
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/packages packages
COPY --from=build /app/dist dist
COPY agents agents
# The journal of a server without PostgreSQL; mount a volume here.
RUN mkdir data && chown node:node data
USER node
EXPOSE 3000
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT || 3000}/healthz`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
# Node itself is the first process, so that it gets SIGTERM and lets the running calls end.
STOPSIGNAL SIGTERM
CMD ["node", "--max-semi-space-size=2", "dist/server.js"]
