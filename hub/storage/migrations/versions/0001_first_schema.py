"""The first schema: events, outbox, registry, alerts, cases, audit records, people and their sessions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "alerts",
        sa.Column("alert_id", sa.String(length=48), nullable=False),
        sa.Column("text", sa.String(length=2000), nullable=False),
        sa.Column("severity", sa.String(length=20), nullable=False),
        sa.Column("urgency", sa.String(length=20), nullable=False),
        sa.Column("certainty", sa.String(length=20), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("target_kind", sa.String(length=20), nullable=False),
        sa.Column("target_id", sa.String(length=48), nullable=True),
        sa.Column("target_ids", sa.LargeBinary(), nullable=False),
        sa.Column("target_points", sa.LargeBinary(), nullable=False),
        sa.Column("target_within_m", sa.Float(), nullable=True),
        sa.Column("case_id", sa.String(length=48), nullable=True),
        sa.Column("issued_by", sa.String(length=64), nullable=False),
        sa.Column("idempotency_key", sa.String(length=64), nullable=True),
        sa.Column("issued_at_us", sa.BigInteger(), nullable=False),
        sa.Column("issued_monotonic_us", sa.BigInteger(), nullable=False),
        sa.Column("machine_boot", sa.String(length=64), nullable=False),
        sa.Column("expires_in_s", sa.Float(), nullable=False),
        sa.Column("errand_of", sa.String(length=48), nullable=True),
        sa.Column("cancels", sa.String(length=48), nullable=True),
        sa.Column("replaces", sa.LargeBinary(), nullable=False),
        sa.Column("updated_to", sa.String(length=48), nullable=True),
        sa.Column("cancelled_at_us", sa.BigInteger(), nullable=True),
        sa.Column("cancelled_by", sa.String(length=64), nullable=True),
        sa.Column("picture_id", sa.String(length=64), nullable=True),
        sa.Column("picture_bytes", sa.Integer(), nullable=True),
        sa.Column("speech_id", sa.String(length=64), nullable=True),
        sa.Column("speech_bytes", sa.Integer(), nullable=True),
        sa.Column("unspoken", sa.String(length=20), nullable=True),
        sa.PrimaryKeyConstraint("alert_id", name=op.f("pk_alerts")),
        sa.UniqueConstraint("idempotency_key", name=op.f("uq_alerts_idempotency_key")),
    )
    op.create_index(op.f("ix_alerts_picture_id"), "alerts", ["picture_id"], unique=False)
    op.create_index(op.f("ix_alerts_speech_id"), "alerts", ["speech_id"], unique=False)
    op.create_table(
        "media",
        sa.Column("media_id", sa.String(length=64), nullable=False),
        sa.Column("type", sa.String(length=20), nullable=False),
        sa.Column("bytes", sa.Integer(), nullable=False),
        sa.Column("width_px", sa.Integer(), nullable=True),
        sa.Column("height_px", sa.Integer(), nullable=True),
        sa.Column("duration_s", sa.Float(), nullable=True),
        sa.Column("wanted_at_us", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("media_id", name=op.f("pk_media")),
    )
    op.create_index(op.f("ix_media_wanted_at_us"), "media", ["wanted_at_us"], unique=False)
    op.create_table(
        "media_bringers",
        sa.Column("media_id", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["media_id"], ["media.media_id"], name=op.f("fk_media_bringers_media_id_media")),
        sa.PrimaryKeyConstraint("media_id", "person_id", name=op.f("pk_media_bringers")),
    )
    op.create_table(
        "audit_records",
        sa.Column("number", NUMBER, autoincrement=False, nullable=False),
        sa.Column("at_us", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.String(length=64), nullable=False),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("case_id", sa.String(length=48), nullable=True),
        sa.Column("purpose", sa.String(length=500), nullable=False),
        sa.Column("detail", sa.LargeBinary(), nullable=False),
        sa.Column("previous_hash", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_audit_records")),
    )
    op.create_index(op.f("ix_audit_records_action"), "audit_records", ["action"], unique=False)
    op.create_index(op.f("ix_audit_records_case_id"), "audit_records", ["case_id"], unique=False)
    op.create_index(op.f("ix_audit_records_person_id"), "audit_records", ["person_id"], unique=False)
    op.create_table(
        "audit_statements",
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("at_us", sa.BigInteger(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "number", name=op.f("pk_audit_statements")),
    )
    op.create_table(
        "cases",
        sa.Column("case_id", sa.String(length=48), nullable=False),
        sa.Column("title", sa.String(length=100), nullable=False),
        sa.Column("purpose", sa.String(length=500), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("grade", sa.SmallInteger(), nullable=False),
        sa.Column("stage", sa.String(length=20), nullable=False),
        sa.Column("stage_since_us", sa.BigInteger(), nullable=False),
        sa.Column("owner_role", sa.String(length=20), nullable=True),
        sa.Column("owner_person_id", sa.String(length=64), nullable=True),
        sa.Column("deadline_us", sa.BigInteger(), nullable=True),
        sa.Column("overdue", sa.Integer(), nullable=False),
        sa.Column("opened_at_us", sa.BigInteger(), nullable=False),
        sa.Column("opened_by", sa.String(length=64), nullable=False),
        sa.Column("closed_at_us", sa.BigInteger(), nullable=True),
        sa.Column("outcome", sa.String(length=500), nullable=True),
        sa.Column("last_seen_at_us", sa.BigInteger(), nullable=True),
        sa.Column("last_seen_venue_id", sa.String(length=48), nullable=True),
        sa.Column("description", sa.LargeBinary(), nullable=True),
        sa.Column("idempotency_key", sa.String(length=64), nullable=True),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_cases")),
        sa.UniqueConstraint("idempotency_key", name=op.f("uq_cases_idempotency_key")),
    )
    op.create_table(
        "asks",
        sa.Column("ask_id", sa.String(length=48), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("matter", sa.String(length=20), nullable=True),
        sa.Column("grade", sa.SmallInteger(), nullable=False),
        sa.Column("text", sa.String(length=500), nullable=False),
        sa.Column("latitude", sa.Float(), nullable=True),
        sa.Column("longitude", sa.Float(), nullable=True),
        sa.Column("accuracy_m", sa.Float(), nullable=True),
        sa.Column("venue_id", sa.String(length=64), nullable=True),
        sa.Column("everywhere", sa.Boolean(), nullable=False),
        sa.Column("case_id", sa.String(length=48), nullable=True),
        sa.Column("passes_on", sa.String(length=48), nullable=True),
        sa.Column("made_by", sa.String(length=64), nullable=False),
        sa.Column("made_at_us", sa.BigInteger(), nullable=False),
        sa.Column("idempotency_key", sa.String(length=64), nullable=True),
        sa.Column("phase", sa.String(length=20), nullable=False),
        sa.Column("waiting", sa.Integer(), nullable=False),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.Column("arrived", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("cannot", sa.Integer(), nullable=False),
        sa.Column("answer_by_us", sa.BigInteger(), nullable=False),
        sa.Column("finish_by_us", sa.BigInteger(), nullable=True),
        sa.Column("deadline_us", sa.BigInteger(), nullable=True),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("closed_at_us", sa.BigInteger(), nullable=True),
        sa.Column("closed_by", sa.String(length=64), nullable=True),
        sa.Column("closing_text", sa.String(length=500), nullable=False),
        sa.PrimaryKeyConstraint("ask_id", name=op.f("pk_asks")),
        sa.UniqueConstraint("idempotency_key", name=op.f("uq_asks_idempotency_key")),
    )
    op.create_index(op.f("ix_asks_case_id"), "asks", ["case_id"], unique=False)
    op.create_index(op.f("ix_asks_passes_on"), "asks", ["passes_on"], unique=False)
    op.create_index(op.f("ix_asks_made_by"), "asks", ["made_by"], unique=False)
    op.create_index(op.f("ix_asks_made_at_us"), "asks", ["made_at_us"], unique=False)
    op.create_index(op.f("ix_asks_phase"), "asks", ["phase"], unique=False)
    op.create_index(op.f("ix_asks_closed_at_us"), "asks", ["closed_at_us"], unique=False)
    op.create_table(
        "ask_grids",
        sa.Column("ask_id", sa.String(length=48), nullable=False),
        sa.Column("grid_id", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("ask_id", "grid_id", name=op.f("pk_ask_grids")),
    )
    op.create_index(op.f("ix_ask_grids_grid_id"), "ask_grids", ["grid_id"], unique=False)
    op.create_table(
        "ask_lines",
        sa.Column("ask_id", sa.String(length=48), nullable=False),
        sa.Column("person_id", sa.String(length=64), nullable=False),
        sa.Column("grid_id", sa.String(length=64), nullable=True),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("state_at_us", sa.BigInteger(), nullable=False),
        sa.Column("text", sa.String(length=500), nullable=False),
        sa.PrimaryKeyConstraint("ask_id", "person_id", name=op.f("pk_ask_lines")),
    )
    op.create_index(op.f("ix_ask_lines_person_id"), "ask_lines", ["person_id"], unique=False)
    op.create_table(
        "ask_answers",
        sa.Column("person_id", sa.String(length=64), nullable=False),
        sa.Column("message_id", sa.String(length=64), nullable=False),
        sa.Column("ask_id", sa.String(length=48), nullable=False),
        sa.Column("step", sa.String(length=20), nullable=False),
        sa.Column("text", sa.String(length=500), nullable=False),
        sa.Column("pressed_at_us", sa.BigInteger(), nullable=False),
        sa.Column("at_us", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("person_id", "message_id", name=op.f("pk_ask_answers")),
    )
    op.create_index(op.f("ix_ask_answers_ask_id"), "ask_answers", ["ask_id"], unique=False)
    op.create_table(
        "ask_pictures",
        sa.Column("ask_id", sa.String(length=48), nullable=False),
        sa.Column("media_id", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.String(length=64), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("ask_id", "media_id", "person_id", name=op.f("pk_ask_pictures")),
    )
    op.create_index(op.f("ix_ask_pictures_media_id"), "ask_pictures", ["media_id"], unique=False)
    op.create_table(
        "community",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("latitude", sa.Float(), nullable=False),
        sa.Column("longitude", sa.Float(), nullable=False),
        sa.Column("time_zone", sa.String(length=64), nullable=False),
        sa.Column("map_geojson", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_community")),
    )
    op.create_table(
        "device_credentials",
        sa.Column("device_id", sa.String(length=48), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("password_line", sa.String(length=160), nullable=True),
        sa.Column("seal_key", sa.LargeBinary(), nullable=True),
        sa.Column("made_at_us", sa.BigInteger(), nullable=False),
        sa.Column("revoked_at_us", sa.BigInteger(), nullable=True),
        sa.Column("next_password_line", sa.String(length=160), nullable=True),
        sa.Column("next_seal_key", sa.LargeBinary(), nullable=True),
        sa.Column("next_made_at_us", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("device_id", name=op.f("pk_device_credentials")),
    )
    op.create_table(
        "enrolment_codes",
        sa.Column("device_id", sa.String(length=48), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("code_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("made_by", sa.String(length=64), nullable=False),
        sa.Column("expires_at_us", sa.BigInteger(), nullable=False),
        sa.Column("used_at_us", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("device_id", name=op.f("pk_enrolment_codes")),
    )
    op.create_table(
        "events",
        sa.Column("number", NUMBER, autoincrement=False, nullable=False),
        sa.Column("at_us", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_events")),
    )
    op.create_index(op.f("ix_events_at_us"), "events", ["at_us"], unique=False)
    about_cameras = sa.text("kind IN ('camera.added', 'camera.changed', 'camera.removed')")
    op.create_index(
        "ix_events_about_cameras",
        "events",
        ["subject", "at_us"],
        sqlite_where=about_cameras,
        postgresql_where=about_cameras,
    )
    hub_starts = sa.text("kind = 'hub.started'")
    op.create_index("ix_events_hub_starts", "events", ["at_us"], sqlite_where=hub_starts, postgresql_where=hub_starts)
    op.create_table(
        "outbox",
        sa.Column("number", NUMBER, autoincrement=False, nullable=False),
        sa.Column("topic", sa.String(length=200), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.Column("expires_in_s", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.String(length=120), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_outbox")),
    )
    op.create_table(
        "police_grids",
        sa.Column("police_grid_id", sa.String(length=48), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("police_grid_id", name=op.f("pk_police_grids")),
    )
    op.create_table(
        "reports",
        sa.Column("radio_id", sa.String(length=48), nullable=False),
        sa.Column("message_id", sa.String(length=64), nullable=False),
        sa.Column("venue_id", sa.String(length=48), nullable=False),
        sa.Column("alert_id", sa.String(length=48), nullable=True),
        sa.Column("answer", sa.String(length=20), nullable=True),
        sa.Column("text", sa.String(length=2000), nullable=False),
        sa.Column("at_us", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("radio_id", "message_id", name=op.f("pk_reports")),
    )
    op.create_index(op.f("ix_reports_alert_id"), "reports", ["alert_id"], unique=False)
    op.create_table(
        "answers_elsewhere",
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("message_id", sa.String(length=64), nullable=False),
        sa.Column("alert_id", sa.String(length=48), nullable=False),
        sa.Column("venue_ids", sa.LargeBinary(), nullable=False),
        sa.Column("via", sa.String(length=20), nullable=False),
        sa.Column("answer", sa.String(length=20), nullable=True),
        sa.Column("text", sa.String(length=2000), nullable=False),
        sa.Column("pressed_at_us", sa.BigInteger(), nullable=False),
        sa.Column("at_us", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("by", "message_id", name=op.f("pk_answers_elsewhere")),
    )
    op.create_index(op.f("ix_answers_elsewhere_alert_id"), "answers_elsewhere", ["alert_id"], unique=False)
    op.create_table(
        "deliveries",
        sa.Column("alert_id", sa.String(length=48), nullable=False),
        sa.Column("radio_id", sa.String(length=48), nullable=False),
        sa.Column("venue_id", sa.String(length=48), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("queued_at_us", sa.BigInteger(), nullable=False),
        sa.Column("sent_at_us", sa.BigInteger(), nullable=True),
        sa.Column("delivered_at_us", sa.BigInteger(), nullable=True),
        sa.Column("played_at_us", sa.BigInteger(), nullable=True),
        sa.Column("acknowledged_at_us", sa.BigInteger(), nullable=True),
        sa.Column("acknowledged_by", sa.String(length=64), nullable=True),
        sa.Column("acknowledged_via", sa.String(length=20), nullable=True),
        sa.Column("reported_at_us", sa.BigInteger(), nullable=True),
        sa.Column("answer", sa.String(length=20), nullable=True),
        sa.Column("report_text", sa.String(length=2000), nullable=True),
        sa.Column("answered_at_us", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["alert_id"], ["alerts.alert_id"], name=op.f("fk_deliveries_alert_id_alerts")),
        sa.PrimaryKeyConstraint("alert_id", "radio_id", name=op.f("pk_deliveries")),
    )
    op.create_table(
        "grids",
        sa.Column("grid_id", sa.String(length=48), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("police_grid_id", sa.String(length=48), nullable=False),
        sa.ForeignKeyConstraint(
            ["police_grid_id"], ["police_grids.police_grid_id"], name=op.f("fk_grids_police_grid_id_police_grids")
        ),
        sa.PrimaryKeyConstraint("grid_id", name=op.f("pk_grids")),
    )
    op.create_table(
        "watches",
        sa.Column("watch_id", sa.String(length=48), nullable=False),
        sa.Column("case_id", sa.String(length=48), nullable=False),
        sa.Column("query", sa.LargeBinary(), nullable=False),
        sa.Column("words", sa.String(length=500), nullable=False),
        sa.Column("started_at_us", sa.BigInteger(), nullable=False),
        sa.Column("ended_at_us", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.case_id"], name=op.f("fk_watches_case_id_cases")),
        sa.PrimaryKeyConstraint("watch_id", name=op.f("pk_watches")),
    )
    op.create_index(op.f("ix_watches_case_id"), "watches", ["case_id"], unique=False)
    op.create_table(
        "path_marks",
        sa.Column("case_id", sa.String(length=48), nullable=False),
        sa.Column("sighting_id", sa.String(length=64), nullable=False),
        sa.Column("verdict", sa.String(length=10), nullable=False),
        sa.Column("marked_by", sa.String(length=64), nullable=False),
        sa.Column("marked_at_us", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.case_id"], name=op.f("fk_path_marks_case_id_cases")),
        sa.PrimaryKeyConstraint("case_id", "sighting_id", name=op.f("pk_path_marks")),
    )
    op.create_table(
        "footage_disk",
        sa.Column("disk_id", sa.String(length=64), nullable=False),
        sa.Column("known_since_us", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("disk_id", name=op.f("pk_footage_disk")),
    )
    op.create_table(
        "footage_agreed_days",
        sa.Column("camera_id", sa.String(length=48), nullable=False),
        sa.Column("days", sa.Integer(), nullable=True),
        sa.Column("past", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("camera_id", name=op.f("pk_footage_agreed_days")),
    )
    op.create_table(
        "footage_known_time",
        sa.Column("row_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("known_us", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("row_id", name=op.f("pk_footage_known_time")),
    )
    op.create_table(
        "mediators",
        sa.Column("mediator_id", sa.String(length=48), nullable=False),
        sa.Column("record", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("mediator_id", name=op.f("pk_mediators")),
    )
    op.create_table(
        "case_mediations",
        sa.Column("case_id", sa.String(length=48), nullable=False),
        sa.Column("state", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_case_mediations")),
    )
    op.create_table(
        "case_entries",
        sa.Column("case_id", sa.String(length=48), nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at_us", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("case_id", "number", name=op.f("pk_case_entries")),
    )
    op.create_table(
        "missing_children",
        sa.Column("case_id", sa.String(length=48), nullable=False),
        sa.Column("state", sa.LargeBinary(), nullable=False),
        sa.Column("ended_at_us", sa.BigInteger(), nullable=True),
        sa.Column("is_cleared", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_missing_children")),
    )
    op.create_index(op.f("ix_missing_children_ended_at_us"), "missing_children", ["ended_at_us"], unique=False)
    op.create_table(
        "footage_holds",
        sa.Column("hold_id", sa.String(length=48), nullable=False),
        sa.Column("case_id", sa.String(length=48), nullable=False),
        sa.Column("camera_ids", sa.LargeBinary(), nullable=False),
        sa.Column("from_us", sa.BigInteger(), nullable=False),
        sa.Column("until_us", sa.BigInteger(), nullable=False),
        sa.Column("held_by", sa.String(length=64), nullable=False),
        sa.Column("held_at_us", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.case_id"], name=op.f("fk_footage_holds_case_id_cases")),
        sa.PrimaryKeyConstraint("hold_id", name=op.f("pk_footage_holds")),
    )
    op.create_index(op.f("ix_footage_holds_case_id"), "footage_holds", ["case_id"], unique=False)
    op.create_table(
        "footage_exports",
        sa.Column("export_id", sa.String(length=48), nullable=False),
        sa.Column("case_id", sa.String(length=48), nullable=False),
        sa.Column("camera_id", sa.String(length=48), nullable=False),
        sa.Column("camera_name", sa.String(length=64), nullable=False),
        sa.Column("from_us", sa.BigInteger(), nullable=False),
        sa.Column("until_us", sa.BigInteger(), nullable=False),
        sa.Column("cut", sa.String(length=10), nullable=False),
        sa.Column("blur", sa.String(length=20), nullable=False),
        sa.Column("sought", sa.LargeBinary(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("asked_by", sa.String(length=64), nullable=False),
        sa.Column("asked_by_name", sa.String(length=64), nullable=False),
        sa.Column("asked_at_us", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("finished_at_us", sa.BigInteger(), nullable=True),
        sa.Column("made", sa.LargeBinary(), nullable=True),
        sa.Column("bytes", sa.BigInteger(), nullable=True),
        sa.Column("failure", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("export_id", name=op.f("pk_footage_exports")),
    )
    op.create_index(op.f("ix_footage_exports_case_id"), "footage_exports", ["case_id"], unique=False)
    op.create_index(op.f("ix_footage_exports_state"), "footage_exports", ["state"], unique=False)
    op.create_table(
        "fallback_errands",
        sa.Column("alert_id", sa.String(length=48), nullable=False),
        sa.Column("venue_id", sa.String(length=48), nullable=False),
        sa.Column("radio_ids", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("asked_at_us", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("alert_id", "venue_id", name=op.f("pk_fallback_errands")),
    )
    op.create_table(
        "fallback_tries",
        sa.Column("alert_id", sa.String(length=48), nullable=False),
        sa.Column("venue_id", sa.String(length=48), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("texted", sa.Boolean(), nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=True),
        sa.Column("began_at_us", sa.BigInteger(), nullable=False),
        sa.Column("ended_at_us", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("alert_id", "venue_id", "number", name=op.f("pk_fallback_tries")),
    )
    op.create_table(
        "venues",
        sa.Column("venue_id", sa.String(length=48), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("grid_id", sa.String(length=48), nullable=False),
        sa.Column("latitude", sa.Float(), nullable=False),
        sa.Column("longitude", sa.Float(), nullable=False),
        sa.Column("phone", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(["grid_id"], ["grids.grid_id"], name=op.f("fk_venues_grid_id_grids")),
        sa.PrimaryKeyConstraint("venue_id", name=op.f("pk_venues")),
    )
    op.create_table(
        "cameras",
        sa.Column("camera_id", sa.String(length=48), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("venue_id", sa.String(length=48), nullable=True),
        sa.Column("latitude", sa.Float(), nullable=True),
        sa.Column("longitude", sa.Float(), nullable=True),
        sa.Column("heading_deg", sa.Float(), nullable=True),
        sa.Column("view_deg", sa.Float(), nullable=True),
        sa.Column("range_m", sa.Float(), nullable=True),
        sa.Column("calibration", sa.LargeBinary(), nullable=True),
        sa.Column("url", sa.String(length=2000), nullable=True),
        sa.Column("sub_url", sa.String(length=2000), nullable=True),
        sa.Column("transport", sa.String(length=8), nullable=False),
        sa.Column("owner_id", sa.String(length=48), nullable=True),
        sa.Column("masks", sa.LargeBinary(), nullable=False),
        sa.Column("recording", sa.Boolean(), nullable=False),
        sa.Column("started_at_us", sa.BigInteger(), nullable=True),
        sa.Column("finished", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["venue_id"], ["venues.venue_id"], name=op.f("fk_cameras_venue_id_venues")),
        sa.PrimaryKeyConstraint("camera_id", name=op.f("pk_cameras")),
    )
    op.create_table(
        "mask_sets",
        sa.Column("camera_id", sa.String(length=48), nullable=False),
        sa.Column("from_us", sa.BigInteger(), nullable=False),
        sa.Column("masks", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("camera_id", "from_us", name=op.f("pk_mask_sets")),
    )
    op.create_table(
        "owner_lists",
        sa.Column("list_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("owners", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("list_id", name=op.f("pk_owner_lists")),
    )
    op.create_table(
        "radios",
        sa.Column("radio_id", sa.String(length=48), nullable=False),
        sa.Column("venue_id", sa.String(length=48), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["venue_id"], ["venues.venue_id"], name=op.f("fk_radios_venue_id_venues")),
        sa.PrimaryKeyConstraint("radio_id", name=op.f("pk_radios")),
    )
    op.create_table(
        "seals_taken",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("pairs", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_seals_taken")),
    )
    op.create_table(
        "people",
        sa.Column("person_id", sa.String(length=48), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("places", sa.LargeBinary(), nullable=False),
        sa.Column("disabled", sa.Boolean(), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=True),
        sa.Column("totp_secret", sa.String(length=64), nullable=True),
        sa.Column("totp_step", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_people")),
    )
    op.create_table(
        "sessions",
        sa.Column("session_id", sa.String(length=48), nullable=False),
        sa.Column("person_id", sa.String(length=48), nullable=False),
        sa.Column("family_hash", sa.LargeBinary(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("former", sa.LargeBinary(), nullable=False),
        sa.Column("started_at_us", sa.BigInteger(), nullable=False),
        sa.Column("refreshed_at_us", sa.BigInteger(), nullable=False),
        sa.Column("address", sa.String(length=45), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.person_id"], name=op.f("fk_sessions_person_id_people")),
        sa.PrimaryKeyConstraint("session_id", name=op.f("pk_sessions")),
        sa.UniqueConstraint("family_hash", name=op.f("uq_sessions_family_hash")),
    )
    op.create_table(
        "invitations",
        sa.Column("person_id", sa.String(length=48), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("totp_secret", sa.String(length=64), nullable=False),
        sa.Column("expires_at_us", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.person_id"], name=op.f("fk_invitations_person_id_people")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_invitations")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_invitations_code_hash")),
    )
    op.create_table(
        "venue_hours",
        sa.Column("venue_id", sa.String(length=48), nullable=False),
        sa.Column("openings", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["venue_id"], ["venues.venue_id"], name=op.f("fk_venue_hours_venue_id_venues")),
        sa.PrimaryKeyConstraint("venue_id", name=op.f("pk_venue_hours")),
    )
    op.create_table(
        "shifts",
        sa.Column("person_id", sa.String(length=48), nullable=False),
        sa.Column("shifts", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.person_id"], name=op.f("fk_shifts_person_id_people")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_shifts")),
    )
    op.create_table(
        "pins",
        sa.Column("person_id", sa.String(length=48), nullable=False),
        sa.Column("pin_hash", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.person_id"], name=op.f("fk_pins_person_id_people")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_pins")),
    )
    op.create_table(
        "holders",
        sa.Column("radio_id", sa.String(length=48), nullable=False),
        sa.Column("person_id", sa.String(length=48), nullable=False),
        sa.Column("off_shift", sa.Boolean(), nullable=False),
        sa.Column("began_at_us", sa.BigInteger(), nullable=False),
        sa.Column("began_monotonic_us", sa.BigInteger(), nullable=False),
        sa.Column("machine_boot", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.person_id"], name=op.f("fk_holders_person_id_people")),
        sa.ForeignKeyConstraint(["radio_id"], ["radios.radio_id"], name=op.f("fk_holders_radio_id_radios")),
        sa.PrimaryKeyConstraint("radio_id", name=op.f("pk_holders")),
        sa.UniqueConstraint("person_id", name=op.f("uq_holders_person_id")),
    )
    op.create_table(
        "temporary_groups",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("radio_ids", sa.LargeBinary(), nullable=False),
        sa.Column("alert_id", sa.String(length=48), nullable=True),
        sa.Column("opened_by", sa.String(length=64), nullable=False),
        sa.Column("opened_at_us", sa.BigInteger(), nullable=False),
        sa.Column("closed_by", sa.String(length=64), nullable=True),
        sa.Column("closed_at_us", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_temporary_groups")),
    )
    op.create_table(
        "sos",
        sa.Column("sos_id", sa.String(length=64), nullable=False),
        sa.Column("radio_id", sa.String(length=64), nullable=False),
        sa.Column("radio_name", sa.String(length=64), nullable=False),
        sa.Column("holder", sa.String(length=64), nullable=True),
        sa.Column("venue_id", sa.String(length=64), nullable=False),
        sa.Column("venue_name", sa.String(length=64), nullable=False),
        sa.Column("group_id", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("raised_at_us", sa.BigInteger(), nullable=False),
        sa.Column("cancel_asked_at_us", sa.BigInteger(), nullable=True),
        sa.Column("closed_at_us", sa.BigInteger(), nullable=True),
        sa.Column("closed_by", sa.String(length=64), nullable=True),
        sa.Column("finding", sa.String(length=20), nullable=True),
        sa.Column("note", sa.String(length=500), nullable=True),
        sa.PrimaryKeyConstraint("sos_id", name=op.f("pk_sos")),
    )
    op.create_index(op.f("ix_sos_raised_at_us"), "sos", ["raised_at_us"], unique=False)
    op.create_table(
        "template_lists",
        sa.Column("list_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("templates", sa.LargeBinary(), nullable=False),
        sa.Column("set_by", sa.String(length=64), nullable=False),
        sa.Column("set_at_us", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("list_id", name=op.f("pk_template_lists")),
    )
    op.create_table(
        "tour_lists",
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("tours", sa.LargeBinary(), nullable=False),
        sa.Column("set_by", sa.String(length=64), nullable=False),
        sa.Column("set_at_us", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_tour_lists")),
    )
    op.create_table(
        "escalation_policies",
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("rules", sa.LargeBinary(), nullable=False),
        sa.Column("set_by", sa.String(length=64), nullable=False),
        sa.Column("set_at_us", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_escalation_policies")),
    )
    op.create_table(
        "escalations",
        sa.Column("alert_id", sa.String(length=48), nullable=False),
        sa.Column("policy", sa.LargeBinary(), nullable=False),
        sa.Column("closed_venue_ids", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("alert_id", name=op.f("pk_escalations")),
    )
    op.create_table(
        "escalation_steps",
        sa.Column("alert_id", sa.String(length=48), nullable=False),
        sa.Column("radio_id", sa.String(length=48), nullable=False),
        sa.Column("action", sa.String(length=20), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("venue_id", sa.String(length=48), nullable=False),
        sa.Column("passed_over", sa.String(length=20), nullable=True),
        sa.Column("asked_radio_id", sa.String(length=48), nullable=True),
        sa.Column("asked_alert_id", sa.String(length=48), nullable=True),
        sa.Column("person_ids", sa.LargeBinary(), nullable=False),
        sa.Column("at_us", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("alert_id", "radio_id", "action", "number", name=op.f("pk_escalation_steps")),
    )
    op.create_table(
        "found",
        sa.Column("found_id", sa.String(length=48), nullable=False),
        sa.Column("alert_id", sa.String(length=48), nullable=False),
        sa.Column("alert_text", sa.String(length=2000), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("issued_by", sa.String(length=64), nullable=False),
        sa.Column("venue_id", sa.String(length=48), nullable=False),
        sa.Column("radio_id", sa.String(length=48), nullable=True),
        sa.Column("via", sa.String(length=20), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=True),
        sa.Column("name", sa.String(length=64), nullable=True),
        sa.Column("text", sa.String(length=2000), nullable=False),
        sa.Column("at_us", sa.BigInteger(), nullable=False),
        sa.Column("closed_at_us", sa.BigInteger(), nullable=True),
        sa.Column("closed_by", sa.String(length=64), nullable=True),
        sa.Column("outcome", sa.String(length=20), nullable=True),
        sa.Column("note", sa.String(length=2000), nullable=True),
        sa.PrimaryKeyConstraint("found_id", name=op.f("pk_found")),
    )
    op.create_index(op.f("ix_found_alert_id"), "found", ["alert_id"], unique=False)
    op.create_index(op.f("ix_found_closed_at_us"), "found", ["closed_at_us"], unique=False)
    op.create_table(
        "escalation_stops",
        sa.Column("alert_id", sa.String(length=48), nullable=False),
        sa.Column("radio_id", sa.String(length=48), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("at_us", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("alert_id", "radio_id", name=op.f("pk_escalation_stops")),
    )
    op.create_table(
        "evaluation_venue_days",
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("venue_id", sa.String(length=48), nullable=False),
        sa.Column("grid_id", sa.String(length=48), nullable=False),
        sa.Column("duties", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("day", "venue_id", name=op.f("pk_evaluation_venue_days")),
    )
    op.create_table(
        "roll_calls",
        sa.Column("roll_call_id", sa.String(length=48), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=True),
        sa.Column("alert_id", sa.String(length=48), nullable=False),
        sa.Column("begun_by", sa.String(length=64), nullable=False),
        sa.Column("begun_at_us", sa.BigInteger(), nullable=False),
        sa.Column("begun_monotonic_us", sa.BigInteger(), nullable=False),
        sa.Column("machine_boot", sa.String(length=64), nullable=False),
        sa.Column("lasts_s", sa.Float(), nullable=False),
        sa.Column("closed_venue_ids", sa.LargeBinary(), nullable=False),
        sa.Column("ended_at_us", sa.BigInteger(), nullable=True),
        sa.Column("counts", sa.LargeBinary(), nullable=True),
        sa.Column("radios", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("roll_call_id", name=op.f("pk_roll_calls")),
        sa.UniqueConstraint("day", name=op.f("uq_roll_calls_day")),
    )
    op.create_index(op.f("ix_roll_calls_begun_at_us"), "roll_calls", ["begun_at_us"], unique=False)
    op.create_table(
        "bursts",
        sa.Column("burst_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("call_id", sa.BigInteger(), nullable=False),
        sa.Column("call_kind", sa.String(length=20), nullable=False),
        sa.Column("group_id", sa.String(length=64), nullable=False),
        sa.Column("group_name", sa.String(length=64), nullable=False),
        sa.Column("talker_id", sa.String(length=64), nullable=False),
        sa.Column("talker_name", sa.String(length=64), nullable=False),
        sa.Column("started_at_us", sa.BigInteger(), nullable=False),
        sa.Column("duration_s", sa.Float(), nullable=True),
        sa.Column("packets", sa.Integer(), nullable=True),
        sa.Column("lost", sa.BigInteger(), nullable=True),
        sa.Column("radios_reached", sa.Integer(), nullable=True),
        sa.Column("radios_online", sa.Integer(), nullable=False),
        sa.Column("file", sa.String(length=400), nullable=True),
        sa.Column("bytes", sa.Integer(), nullable=True),
        sa.Column("interrupted", sa.Boolean(), nullable=False),
        sa.Column("peaks", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("burst_id", name=op.f("pk_bursts")),
    )
    op.create_index(op.f("ix_bursts_started_at_us"), "bursts", ["started_at_us"], unique=False)
    op.create_index(op.f("ix_bursts_talker_id"), "bursts", ["talker_id"], unique=False)
