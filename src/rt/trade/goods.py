"""What is carried: goods lines with packages, weight, size and hazards."""

from typing import Annotated

from msgspec import Meta

from rt.kernel.model.messages import View

Celsius = Annotated[float, Meta(ge=-273, le=1_000)]
"""From deep frozen to liquid sulphur and bitumen."""


class Goods(View):
    """One goods line of an order or consignment note.

    `package_code` is UN Recommendation 21 (PX pallet, CT carton …). Weight (gross), volume, pallets and value
    are of the whole line, sizes of one package; `stack_factor` is how many stand on each other.
    """

    description: Annotated[str, Meta(min_length=1, max_length=200)]
    quantity: Annotated[int, Meta(ge=1, le=100_000)] = 1
    package_code: Annotated[str, Meta(pattern="^[A-Z0-9]{2}$")] = "PX"
    weight_kg: Annotated[float, Meta(ge=0, le=100_000)] = 0
    volume_m3: Annotated[float, Meta(ge=0, le=1_000)] = 0
    length_cm: Annotated[int, Meta(ge=0, le=2_000)] = 0
    width_cm: Annotated[int, Meta(ge=0, le=300)] = 0
    height_cm: Annotated[int, Meta(ge=0, le=400)] = 0
    stack_factor: Annotated[int, Meta(ge=1, le=10)] = 1
    pallets: Annotated[int, Meta(ge=0, le=1_000)] = 0
    pallet_type: Annotated[str, Meta(max_length=12)] = "EUR"
    temperature_min_c: Celsius | None = None
    temperature_max_c: Celsius | None = None
    un_number: Annotated[str, Meta(pattern="^([0-9]{4})?$")] = ""
    value_cents: Annotated[int, Meta(ge=0, le=1_000_000_000_00)] | None = None
