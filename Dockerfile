# lgaudit with the browser it needs. Build: docker build -t lgaudit .
# Check the pages in ./build (the browser's own sandbox needs calls that Docker's profile forbids;
# rootless Podman allows them):
#   docker run --rm --security-opt seccomp=unconfined -v "$PWD:/site" lgaudit check build/
FROM node:22-bookworm-slim AS axe
WORKDIR /axe
COPY package.json package-lock.json ./
RUN npm ci --no-audit --no-fund --ignore-scripts

FROM python:3.12-slim-bookworm AS build
WORKDIR /src
RUN python -m venv /opt/lgaudit
COPY pyproject.toml constraints.txt package.json hatch_build.py README.md LICENSE councils.csv ./
COPY rules rules
COPY lgaudit lgaudit
COPY --from=axe /axe/node_modules/axe-core node_modules/axe-core
RUN /opt/lgaudit/bin/python -m pip install --no-cache-dir --disable-pip-version-check \
      --no-compile -c constraints.txt .

FROM python:3.12-slim-bookworm
# Debian's security updates are wanted, so no versions are named here.
# hadolint ignore=DL3008
RUN apt-get update \
 && apt-get install -y --no-install-recommends \
      chromium chromium-driver chromium-headless-shell chromium-sandbox fonts-liberation \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --uid 1000 --create-home lgaudit
COPY --from=build /opt/lgaudit /opt/lgaudit
ENV PATH="/opt/lgaudit/bin:$PATH" PYTHONDONTWRITEBYTECODE=1
USER 1000:1000
WORKDIR /site
ENTRYPOINT ["lgaudit"]
CMD ["--help"]
