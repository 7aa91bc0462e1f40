"""Contact files as streams: what a file is, its records block by block, and writing whole files or none.

``detect`` names container, encoding and delimiter. ``split`` holds what a block of delimited text is cut into;
``split_compiled`` and ``split_plain`` do it with and without numba, with the same result. ``objects`` and ``sheets``
read JSON and workbooks; ``sinks`` write.
"""
