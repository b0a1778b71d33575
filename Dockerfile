# Build: docker build -t ringbook .
# Run:   docker run -p 8080:8080 -v ringbook:/data -e PUBLIC_URL=http://localhost:8080 ringbook
FROM rust:1.95.0-slim-bookworm AS build
RUN apt-get update \
    && apt-get install -y --no-install-recommends gcc libc6-dev \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY . .
RUN cargo build --release --locked && cp target/release/ringbook /ringbook

FROM debian:bookworm-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --home-dir /data ringbook \
    && install -d -o ringbook -g ringbook -m 0700 /data
COPY --from=build /ringbook /usr/local/bin/ringbook
COPY docker-entrypoint.sh /usr/local/bin/
# The entrypoint runs the server as the user ringbook, once the volume is that user's.
WORKDIR /data
VOLUME /data
ENV LISTEN=0.0.0.0:8080 \
    DATABASE_URL=sqlite:///data/ringbook.db \
    LOG_FORMAT=json
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=6s --start-period=20s CMD ["ringbook", "health"]
ENTRYPOINT ["docker-entrypoint.sh"]
CMD ["serve"]
