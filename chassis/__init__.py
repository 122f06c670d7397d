"""What every service stands on: functions to wire, transact, publish, consume and report. It knows no event."""
