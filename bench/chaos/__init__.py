"""kill -9 of random processes while a small region is played, and the proof that nothing was lost.

    python -m bench.chaos --kills 200 --seconds 900

fleet.py    the processes, and what befalls them
driver.py   who sends the files, and insists until each has its receipt
journal.py  what stands in the topics in the end, and what is wrong with it
"""
