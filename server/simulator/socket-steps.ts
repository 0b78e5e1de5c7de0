/** The parts of the machine's module that are used here. The first two functions are not public. */
export interface SteppedMachine {
  /** Runs one step of the machine. */
  _jd_em_process(): number;
  /** Called by the module for each event of the socket. */
  _jd_em_tcpsock_on_event: (event: number, at: number, length: number) => void;
  devsStop(): void;
  error: (line: unknown) => void;
}

/**
 * Runs a step of the machine as soon as its socket has an event. By itself, the machine looks at
 * the socket when its sleep is over, up to 10 ms later, so a program that waits for each answer
 * would get at most a hundred per second. A board's network wakes its program at once.
 */
export function stepAtSocketEvents(machine: SteppedMachine): void {
  const { _jd_em_tcpsock_on_event: onEvent } = machine;
  const stop = machine.devsStop.bind(machine);
  let next: NodeJS.Immediate | undefined;

  function step(): void {
    next = undefined;
    try {
      machine._jd_em_process();
    } catch (error) {
      // Handles the error as the module does in its own steps.
      machine.error(error);
      machine.devsStop();
    }
  }
  machine._jd_em_tcpsock_on_event = (event, at, length) => {
    onEvent(event, at, length);
    // Deferred: the machine may be in the middle of a step, for example when it opens the socket.
    next ??= setImmediate(step);
  };
  machine.devsStop = () => {
    clearImmediate(next);
    stop();
  };
}
