"""When and how the rooms' work runs: three Prefect flows and the lasting service. Only here is Prefect used."""
