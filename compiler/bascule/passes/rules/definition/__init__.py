"""Rules about templates as their files define them, before bascule makes anything of them: one module for each part."""
