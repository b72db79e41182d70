"""True-up rules and the bar of alerts in contracts, contracts that were said, and what was told of renewals."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the store to this revision. There is no way back: a store is never downgraded."""
    with op.batch_alter_table("contract", schema=None) as batch_op:
        batch_op.add_column(sa.Column("true_up", sa.String(length=16), server_default="none", nullable=False))
        batch_op.add_column(sa.Column("alert_above", sa.Float(), server_default="0.15", nullable=False))
    op.create_table(
        "contract_said",
        sa.Column("tool", sa.String(length=32), nullable=False),
        sa.Column("change", sa.Integer(), nullable=False),
        sa.Column("terms", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("who", sa.String(length=128), nullable=False),
        sa.PrimaryKeyConstraint("tool", "change", name=op.f("pk_contract_said")),
        comment="a row a change by an administrator; terms: JSON of the contract, '' where it was taken away; who: opaque",
    )
    op.create_table(
        "renewal_told",
        sa.Column("subscription", sa.String(length=128), nullable=False),
        sa.Column("tool", sa.String(length=32), nullable=False),
        sa.Column("renews", sa.Date(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("share", sa.Float(), nullable=False),
        sa.Column("seats", sa.Float(), nullable=False),
        sa.Column("above", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("subscription", "tool", "renews", "number", name=op.f("pk_renewal_told")),
        comment="what was told of a contract before it renews; kind: 'crossed', 'near', 'worse' or 'resolved'",
    )
