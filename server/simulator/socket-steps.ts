/** The parts of the machine's module that this needs: the first two are not meant for its hosts. */
export interface SteppedMachine {
  /** One step of the machine. */
  _jd_em_process(): number;
  /** Something has happened to the socket. */
  _jd_em_tcpsock_on_event: (event: number, at: number, length: number) => void;
  devsStop(): void;
  error: (line: unknown) => void;
}

/**
 * Lets the machine take a step as soon as something has happened to its socket. By itself it looks
 * when its sleep is over, up to 10 ms later, so that a program that waits for each answer would get
 * no more than a hundred a second; a board's network wakes its program at once.
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
      // As the module does in its own steps.
      machine.error(error);
      machine.devsStop();
    }
  }
  machine._jd_em_tcpsock_on_event = (event, at, length) => {
    onEvent(event, at, length);
    // The machine may be in the middle of a step: it opened the socket.
    next ??= setImmediate(step);
  };
  machine.devsStop = () => {
    clearImmediate(next);
    stop();
  };
}
