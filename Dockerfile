# One image for nodes and for `leitai migrate`: the release build and the pages.
FROM debian:bookworm-slim AS build
WORKDIR /src
COPY . .
RUN ./dev build

FROM debian:bookworm-slim
RUN apt-get update && apt-get install -y --no-install-recommends \
        libwebsockets17 libwebsockets-evlib-uv libuv1 libhiredis0.14 libpq5 libssl3 libcjson1 libjwt0 libargon2-1 \
        libutf8proc2 libinih1 libsystemd0 zlib1g postgresql-client ca-certificates \
    && rm -rf /var/lib/apt/lists/* && useradd --system --uid 10001 leitai
COPY --from=build /src/build/release/leitai /usr/local/bin/leitai
COPY --from=build /src/web/dist /usr/local/share/leitai/web
ENV LEITAI_STATIC_DIR=/usr/local/share/leitai/web
USER leitai
EXPOSE 8080
STOPSIGNAL SIGTERM
CMD ["leitai", "serve"]
