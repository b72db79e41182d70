"""Keep what a vendor tells of the whole organisation by project, too."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

COMMENT = (
    "what a vendor tells of the whole organisation alone, such as its median minutes to merge, or what it bills; "
    "project: the vendor's id of one of the organisation's projects"
)


def upgrade() -> None:
    """Bring the store to this revision. There is no way back: a store is never downgraded."""
    with op.batch_alter_table("company_day", schema=None, table_kwargs={"sqlite_with_rowid": False}) as batch_op:
        batch_op.add_column(sa.Column("project", sa.String(length=64), server_default="", nullable=False))
        batch_op.drop_constraint(op.f("pk_company_day"), type_="primary")
        batch_op.create_primary_key(op.f("pk_company_day"), ["source", "day", "measure", "project"])
        batch_op.create_table_comment(COMMENT)
