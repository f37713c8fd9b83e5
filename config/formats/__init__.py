"""How dates and times are written in languages where Django's way is not ours; see FORMAT_MODULE_PATH."""
