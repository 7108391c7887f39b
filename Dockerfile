# syntax=docker/dockerfile:1
# The operator's image: the sources that Node.js runs as they are, and the packages they need. No shell, no package manager.

# The packages hold no native code, so that they are installed once, on the machine that builds, for every platform.
FROM --platform=$BUILDPLATFORM docker.io/library/node:24-bookworm-slim AS packages
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --omit=optional --ignore-scripts && npm cache clean --force

FROM gcr.io/distroless/nodejs24-debian12:nonroot
ARG VERSION=0.0.0
ARG REVISION=unknown
ARG CREATED=1970-01-01T00:00:00Z
LABEL org.opencontainers.image.title="clickstream-operator" \
      org.opencontainers.image.description="A Kubernetes operator for clickstream pipelines." \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.created="${CREATED}"
WORKDIR /app
COPY --from=packages /app/node_modules ./node_modules
COPY package.json LICENSE ./
COPY src ./src
ENV NODE_ENV=production
# The user `nonroot` of the base image; by number, so that Kubernetes can see that it is not root.
USER 65532:65532
EXPOSE 8080
ENTRYPOINT ["/nodejs/bin/node", "/app/src/cli/main.ts"]
CMD ["operator", "--host", "0.0.0.0", "--port", "8080"]
