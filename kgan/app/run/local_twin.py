"""A model of several workers, as one that a worker can use by itself: predicting with the other takes all of them."""


class LocalTwin:
    """The same model on one device of this worker, made when it is first needed.

    Args:
        stage: `kgan.app.run.stages.Stage`, which builds it.
        previous: the model of the stage before, or None.
        steps: int, as planned for the stage.
        team: `kgan.app.run.team.Team`.
    """

    def __init__(self, stage, previous, steps, team):
        self.stage, self.previous, self.steps, self.team = stage, previous, steps, team
        self._made = None

    def of(self, model):
        """A model in the state of this one; itself where one process trains alone."""
        if self.team.alone:
            return model
        if self._made is None:
            self._made = self.stage.built(self.previous, self.steps)
        self._made.restore(model.state())
        return self._made
