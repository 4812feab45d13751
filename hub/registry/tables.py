"""What the registry keeps."""

from __future__ import annotations

import sqlalchemy as sa

from hub.storage.schema import metadata

community = sa.Table(
    "community",
    metadata,
    sa.Column("name", sa.String(64), primary_key=True),
    sa.Column("latitude", sa.Float, nullable=False),
    sa.Column("longitude", sa.Float, nullable=False),
    sa.Column("time_zone", sa.String(64), nullable=False),
    sa.Column("map_geojson", sa.LargeBinary, nullable=True),
)
police_grids = sa.Table(
    "police_grids",
    metadata,
    sa.Column("police_grid_id", sa.String(48), primary_key=True),
    sa.Column("name", sa.String(64), nullable=False),
)
grids = sa.Table(
    "grids",
    metadata,
    sa.Column("grid_id", sa.String(48), primary_key=True),
    sa.Column("name", sa.String(64), nullable=False),
    sa.Column("police_grid_id", sa.ForeignKey("police_grids.police_grid_id"), nullable=False),
)
venues = sa.Table(
    "venues",
    metadata,
    sa.Column("venue_id", sa.String(48), primary_key=True),
    sa.Column("name", sa.String(64), nullable=False),
    sa.Column("kind", sa.String(20), nullable=False),
    sa.Column("grid_id", sa.ForeignKey("grids.grid_id"), nullable=False),
    sa.Column("latitude", sa.Float, nullable=False),
    sa.Column("longitude", sa.Float, nullable=False),
    sa.Column("phone", sa.String(200), nullable=True),
)
radios = sa.Table(
    "radios",
    metadata,
    sa.Column("radio_id", sa.String(48), primary_key=True),
    sa.Column("venue_id", sa.ForeignKey("venues.venue_id"), nullable=False),
    sa.Column("name", sa.String(64), nullable=False),
)
cameras = sa.Table(
    "cameras",
    metadata,
    sa.Column("camera_id", sa.String(48), primary_key=True),
    sa.Column("name", sa.String(64), nullable=False),
    sa.Column("venue_id", sa.ForeignKey("venues.venue_id"), nullable=True),
    sa.Column("latitude", sa.Float, nullable=True),
    sa.Column("longitude", sa.Float, nullable=True),
    sa.Column("heading_deg", sa.Float, nullable=True),
    sa.Column("view_deg", sa.Float, nullable=True),
    sa.Column("range_m", sa.Float, nullable=True),
    sa.Column("calibration", sa.LargeBinary, nullable=True),
    sa.Column("url", sa.String(2000), nullable=True),
    sa.Column("sub_url", sa.String(2000), nullable=True),
    sa.Column("transport", sa.String(8), nullable=False),
    sa.Column("owner_id", sa.String(48), nullable=True),
    sa.Column("masks", sa.LargeBinary, nullable=False),
    sa.Column("recording", sa.Boolean, nullable=False),
    sa.Column("started_at_us", sa.BigInteger, nullable=True),
    sa.Column("finished", sa.Boolean, nullable=False),
)
mask_sets = sa.Table(
    "mask_sets",
    metadata,
    sa.Column("camera_id", sa.String(48), primary_key=True),
    sa.Column("from_us", sa.BigInteger, primary_key=True),
    sa.Column("masks", sa.LargeBinary, nullable=False),
)
"""What a camera's masks were from then on; stays when the camera is taken out."""
owner_lists = sa.Table(
    "owner_lists",
    metadata,
    sa.Column("list_id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("owners", sa.LargeBinary, nullable=False),
)
"""One row, once somebody has set them."""
