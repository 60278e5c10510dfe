"""A video gone on with: read from a file or a folder of frames, continued, written beside the truth."""

from pathlib import Path

import numpy as np

from kgan.data.clips import video_files
from kgan.errors import UserError
from kgan.files.atomic import claim
from kgan.pictures.pixels import to_float
from kgan.tasks.video.frame_files import as_pictures, beside, write_clip, write_frames


class Continuation:
    """What one `predict` does with each of its videos.

    Args:
        model: `VideoPredictionGAN`.
        folder: path to write to.
        count: frames to draw.
        start: number, from 1, of the frame to go on from; None for the end.
        longest_side: pixels; larger frames are made smaller.
        overwrite: whether files may be replaced.
    """

    def __init__(
        self, model, folder: Path, count: int, start: int | None, longest_side: int, overwrite: bool
    ):
        self.model, self.folder, self.count = model, Path(folder), count
        self.start, self.longest_side, self.overwrite = start, longest_side, overwrite

    def write(self, path: Path, form: str, rate: float) -> Path:
        """Continue one video.

        Args:
            path: a video file, or a folder of numbered frames.
            form: "gif", "mp4", or "png" for numbered frames alone.
            rate: frames a second.

        Returns:
            What was written: the moving picture, or the folder of frames.

        Raises:
            UserError: a video that cannot be read or is too short, or files that are there.
        """
        known, truth = self.read(path)
        target = self.folder / path.stem
        clip = target.with_suffix(f".{form}")
        claim(target / "frame_0001.png" if form == "png" else clip, self.overwrite)
        made = as_pictures(self.model.extrapolate(known[None], self.count)[0])
        write_frames(made, target)
        if form == "png":
            return target
        if len(truth):
            made = beside(made, as_pictures(truth))
        write_clip(made, clip, rate)
        return clip

    def read(self, path: Path):
        """The frames that are seen, and those that follow them, (n, height, width, channels) in [-1, 1]."""
        seen = self.model.input_frames
        try:
            video = video_files.inspect(path)
        except (UserError, IndexError) as error:
            raise UserError(f"{path}: {error}") from error
        end = len(video) if self.start is None else self.start - 1
        if not seen <= end <= len(video):
            found = (
                f"{len(video)} frames"
                if self.start is None
                else f"--start {self.start} of {len(video)} frames"
            )
            raise UserError(
                f"expected at least {seen} frames before the first one to draw; found {found} in {path}; give a longer "
                f"video{'' if self.start is None else f', or --start from {seen + 1} to {len(video) + 1}'}"
            )
        scale = min(1.0, self.longest_side / max(video.size))
        size = None if scale == 1.0 else tuple(max(1, round(side * scale)) for side in video.size)
        try:
            numbers = range(end - seen, min(end + self.count, len(video)))
            frames = to_float(video_files.read(video, list(numbers), size))
        except OSError as error:
            raise UserError(f"{path}: {error}") from error
        frames = np.asarray(frames)
        if self.model.generator.input.shape[-1] == 1:
            frames = frames @ np.array([[0.299], [0.587], [0.114]], "float32")
        return frames[:seen], frames[seen:]
