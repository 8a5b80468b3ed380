# One image for every process: the command says which. Built in two stages, so that compilers stay out of what ships.
FROM node:20.20-bookworm AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --no-progress
COPY tsconfig.json ./
COPY apps apps
COPY libs libs
COPY migrations migrations
COPY openapi openapi
COPY scripts scripts
RUN npm run build && npm prune --omit=dev --no-progress

FROM node:20.20-bookworm-slim
ENV NODE_ENV=production
WORKDIR /app
COPY --from=build --chown=node:node /app/package.json ./
COPY --from=build --chown=node:node /app/node_modules node_modules
COPY --from=build --chown=node:node /app/dist dist
COPY --from=build --chown=node:node /app/openapi openapi
COPY --from=build --chown=node:node /app/scripts/tidemark.mjs scripts/tidemark.mjs
RUN mkdir -p /app/.tidemark/data && chown -R node:node /app/.tidemark
USER node
EXPOSE 8480
ENTRYPOINT ["node", "scripts/tidemark.mjs"]
CMD ["serve"]
