"""`briefing sources`: what is configured, and what became of it."""

from service.cli.console import AsJson, Config, listed, local, new_app, print_json, print_table

app = new_app("The sources, and what became of them.")


@app.callback()
def group() -> None:
    """The sources, and what became of them."""


@app.command("list")
def list_(config: Config = None, as_json: AsJson = False) -> None:
    """List the configured sources with their state at the last reading."""
    from service import settings
    from service.store import Store, sources

    chosen = settings.load(config)
    with Store.open(chosen.store_url) as store, store.read() as db:
        states = {state.name: state for state in sources.listing(db)}
    rows: list[dict[str, object]] = []
    for source in chosen.source:
        state = states.get(source.name)
        rows.append(
            {
                "name": source.name,
                "kind": source.kind,
                "address": source.path or source.url,
                "state": state.state if state else "never",
                "items": state.items if state else 0,
                "articles": state.articles if state else 0,
                "last_success": state.last_success if state else None,
                "problems": state.problems if state else 0,
                "last_error": state.last_error if state else None,
            }
        )
    if as_json:
        print_json([listed(row) for row in rows])
        return
    print_table(
        ("name", "kind", "state", "items", "articles", "problems", "last success", "last error"),
        [
            (
                row["name"],
                row["kind"],
                row["state"],
                row["items"],
                row["articles"],
                row["problems"],
                local(states[str(row["name"])].last_success, chosen.zone)
                if row["name"] in states
                else "never",
                row["last_error"] or "",
            )
            for row in rows
        ],
    )
