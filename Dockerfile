# The service with its fonts and Pango. The work folder /data is the volume: briefing.toml, corpus,
# briefs and the database lie there.
#   docker build -t briefing .
#   docker run --rm -v briefing:/data briefing now
ARG PYTHON=python:3.11-slim-bookworm

FROM ${PYTHON} AS build
WORKDIR /build
RUN python -m venv /opt/briefing
ENV PATH=/opt/briefing/bin:$PATH PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
COPY requirements.txt ./
# One dependency has no wheel: it is built with the pinned setuptools, not with one from the net.
RUN awk '/^[^ ]/ { on = /^setuptools==/ } on' requirements.txt > build.txt \
    && pip install --require-hashes -r build.txt \
    && pip install --require-hashes --no-build-isolation --use-pep517 -r requirements.txt
COPY pyproject.toml README.md LICENSE ./
COPY service service
COPY feeds feeds
COPY summarizers summarizers
COPY templates templates
RUN pip install --no-deps --no-index --no-build-isolation . \
    && python -P -m service.render.fonts

FROM ${PYTHON}
RUN apt-get update \
    && apt-get install -y --no-install-recommends \
        libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 10001 --create-home briefing
COPY --from=build /opt/briefing /opt/briefing
# Fontconfig's cache is written now, while its folder can still be written.
RUN for conf in /opt/briefing/share/briefing/fonts/*/fonts.conf; do \
        FONTCONFIG_FILE="$conf" fc-cache; \
    done
COPY --chown=briefing:briefing corpus /data/corpus
RUN chown briefing:briefing /data
ENV PATH=/opt/briefing/bin:$PATH PYTHONSAFEPATH=1 PYTHONUNBUFFERED=1 BRIEFING_HOME=/data
USER briefing
WORKDIR /data
VOLUME /data
ENTRYPOINT ["briefing"]
CMD ["--help"]
