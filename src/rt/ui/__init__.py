"""The design system: tokens, components, layout, gallery, catalogues."""
